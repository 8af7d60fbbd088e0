#include "generators/population/persona.h"

namespace eqlab::generators {
namespace {

constexpr std::array<std::string_view, persona_count> names = {"office", "developer", "ci", "kiosk",
                                                               "managed"};

//                         working  idle  net   root  console after  installs congested offline
//                         sleeps
constexpr std::array<PersonaTraits, persona_count> traits = {{
    /* office    */ {1.5, 0.3, 0.35, 2, 0.5, 0, 5, 0.03, 0.03, true},
    /* developer */ {12, 0.5, 0.14, 6, 40, 0, 9, 0.03, 0.02, true},
    /* ci        */ {40, 1, 0.09, 12, 240, 0, 20, 0.02, 0.0, false},
    /* kiosk     */ {0.5, 0.2, 0.29, 2, 0, 0, 8, 0.02, 0.01, false},
    /* managed   */ {2, 0.6, 0.33, 20, 0.5, 40, 11, 0.03, 0.03, true},
}};

}  // namespace

std::string_view to_string(Persona persona) { return names[static_cast<std::size_t>(persona)]; }

std::optional<Persona> persona_from_name(std::string_view name) {
  for (const Persona persona : all_personas) {
    if (to_string(persona) == name) return persona;
  }
  return std::nullopt;
}

const PersonaTraits& traits_of(Persona persona) {
  return traits[static_cast<std::size_t>(persona)];
}

}  // namespace eqlab::generators
