#include "harness/base/sha256.h"

#include <openssl/evp.h>

#include <array>

#include "harness/base/check.h"
#include "harness/base/text.h"

namespace eqlab {

struct Sha256::State {
  EVP_MD_CTX* context = EVP_MD_CTX_new();
};

Sha256::Sha256() : state_(std::make_unique<State>()) {
  EQLAB_ASSERT(state_->context != nullptr &&
               EVP_DigestInit_ex(state_->context, EVP_sha256(), nullptr) == 1);
}
Sha256::~Sha256() { EVP_MD_CTX_free(state_->context); }

void Sha256::add(std::string_view bytes) {
  EQLAB_ASSERT(EVP_DigestUpdate(state_->context, bytes.data(), bytes.size()) == 1);
}

std::string Sha256::hex() {
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned length = 0;
  EQLAB_ASSERT(EVP_DigestFinal_ex(state_->context, digest.data(), &length) == 1);
  std::string out;
  for (unsigned i = 0; i < length; ++i) out += format("{:02x}", digest[i]);
  return out;
}

std::string sha256_hex(std::string_view bytes) {
  Sha256 digest;
  digest.add(bytes);
  return digest.hex();
}

PartList& PartList::add(std::string_view part) {
  text_ += format("{}:", part.size());
  text_ += part;
  return *this;
}

PartList& PartList::add_all(const std::vector<std::string>& parts) {
  add(format("{}", parts.size()));
  for (const std::string& part : parts) add(part);
  return *this;
}

}  // namespace eqlab
