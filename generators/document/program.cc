#include "generators/document/program.h"

#include <algorithm>
#include <array>
#include <cstdint>

#include "harness/base/rng.h"
#include "harness/base/text.h"

namespace eqlab::generators {
namespace {

// In order of key, so that a look-up is a binary search. A key is the process name, lower-case
// apart from two pairs that differ in case only on the system itself: installer and Installer,
// python and Python.
constexpr auto programs = std::to_array<KnownProgram>({
    {"Code Helper",
     "/Applications/Visual Studio Code.app/Contents/Frameworks/Code Helper.app/Contents/MacOS/Code "
     "Helper",
     Signer::developer},
    {"Finder", "/System/Library/CoreServices/Finder.app/Contents/MacOS/Finder", Signer::apple},
    {"Google Chrome", "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
     Signer::developer},
    {"Google Chrome Helper",
     "/Applications/Google Chrome.app/Contents/Frameworks/Google Chrome "
     "Framework.framework/Versions/143.0.7499.41/Helpers/Google Chrome "
     "Helper.app/Contents/MacOS/Google Chrome Helper",
     Signer::developer},
    {"Google Chrome Helper (Renderer)",
     "/Applications/Google Chrome.app/Contents/Frameworks/Google Chrome "
     "Framework.framework/Versions/143.0.7499.41/Helpers/Google Chrome Helper "
     "(Renderer).app/Contents/MacOS/Google Chrome Helper (Renderer)",
     Signer::developer},
    {"GoogleUpdater",
     "/Library/Application "
     "Support/Google/GoogleUpdater/143.0.7482.0/GoogleUpdater.app/Contents/MacOS/GoogleUpdater",
     Signer::developer},
    {"Installer", "/System/Library/CoreServices/Installer.app/Contents/MacOS/Installer",
     Signer::apple},
    {"InstallerRemotePluginService",
     "/System/Library/CoreServices/Installer.app/Contents/XPCServices/"
     "InstallerRemotePluginService-arm64.xpc/Contents/MacOS/InstallerRemotePluginService-arm64",
     Signer::apple},
    {"IntuneMdmDaemon", "/Library/Intune/Microsoft Intune Agent.app/Contents/MacOS/IntuneMdmDaemon",
     Signer::developer},
    {"Microsoft AutoUpdate",
     "/Library/Application Support/Microsoft/MAU2.0/Microsoft "
     "AutoUpdate.app/Contents/MacOS/Microsoft AutoUpdate",
     Signer::developer},
    {"Microsoft Outlook", "/Applications/Microsoft Outlook.app/Contents/MacOS/Microsoft Outlook",
     Signer::developer},
    {"Microsoft Teams", "/Applications/Microsoft Teams.app/Contents/MacOS/MSTeams",
     Signer::developer},
    {"OneDrive", "/Applications/OneDrive.app/Contents/MacOS/OneDrive", Signer::developer},
    {"PlistBuddy", "/usr/libexec/PlistBuddy", Signer::apple},
    {"Python",
     "/Library/Developer/CommandLineTools/Library/Frameworks/Python3.framework/Versions/3.9/"
     "Resources/Python.app/Contents/MacOS/Python",
     Signer::apple},
    {"Runner.Listener", "/Users/{user}/actions-runner/bin/Runner.Listener", Signer::developer},
    {"Runner.Worker", "/Users/{user}/actions-runner/bin/Runner.Worker", Signer::developer},
    {"Safari",
     "/System/Volumes/Preboot/Cryptexes/App/System/Applications/Safari.app/Contents/MacOS/Safari",
     Signer::apple},
    {"Slack", "/Applications/Slack.app/Contents/MacOS/Slack", Signer::developer},
    {"Slack Helper",
     "/Applications/Slack.app/Contents/Frameworks/Slack Helper.app/Contents/MacOS/Slack Helper",
     Signer::developer},
    {"Terminal", "/System/Applications/Utilities/Terminal.app/Contents/MacOS/Terminal",
     Signer::apple},
    {"WebKit.Networking",
     "/System/Library/Frameworks/WebKit.framework/Versions/A/XPCServices/"
     "com.apple.WebKit.Networking.xpc/Contents/MacOS/com.apple.WebKit.Networking",
     Signer::apple},
    {"apsd", "/System/Library/PrivateFrameworks/ApplePushService.framework/apsd", Signer::apple},
    {"ar", "/Library/Developer/CommandLineTools/usr/bin/ar", Signer::apple},
    {"awk", "/usr/bin/awk", Signer::apple},
    {"base64", "/usr/bin/base64", Signer::apple},
    {"bash", "/bin/bash", Signer::apple},
    {"cat", "/bin/cat", Signer::apple},
    {"chmod", "/bin/chmod", Signer::apple},
    {"chown", "/usr/sbin/chown", Signer::apple},
    {"clang", "/Library/Developer/CommandLineTools/usr/bin/clang", Signer::apple},
    {"cloudd", "/System/Library/PrivateFrameworks/CloudKitDaemon.framework/Support/cloudd",
     Signer::apple},
    {"com.docker.backend", "/Applications/Docker.app/Contents/MacOS/com.docker.backend",
     Signer::developer},
    {"cp", "/bin/cp", Signer::apple},
    {"cron", "/usr/sbin/cron", Signer::apple},
    {"curl", "/usr/bin/curl", Signer::apple},
    {"cut", "/usr/bin/cut", Signer::apple},
    {"dash", "/bin/dash", Signer::apple},
    {"date", "/bin/date", Signer::apple},
    {"defaults", "/usr/bin/defaults", Signer::apple},
    {"df", "/bin/df", Signer::apple},
    {"ditto", "/usr/bin/ditto", Signer::apple},
    {"dscl", "/usr/bin/dscl", Signer::apple},
    {"find", "/usr/bin/find", Signer::apple},
    {"git", "/Library/Developer/CommandLineTools/usr/bin/git", Signer::apple},
    {"git-remote-https",
     "/Library/Developer/CommandLineTools/usr/libexec/git-core/git-remote-https", Signer::apple},
    {"grep", "/usr/bin/grep", Signer::apple},
    {"head", "/usr/bin/head", Signer::apple},
    {"id", "/usr/bin/id", Signer::apple},
    {"installd",
     "/System/Library/PrivateFrameworks/PackageKit.framework/Versions/A/Resources/installd",
     Signer::apple},
    {"installer", "/usr/sbin/installer", Signer::apple},
    {"ioreg", "/usr/sbin/ioreg", Signer::apple},
    {"jamf", "/usr/local/jamf/bin/jamf", Signer::developer},
    {"kernel_task", "kernel_task", Signer::apple},
    {"kill", "/bin/kill", Signer::apple},
    {"killall", "/usr/bin/killall", Signer::apple},
    {"launchctl", "/bin/launchctl", Signer::apple},
    {"launchd", "/sbin/launchd", Signer::apple},
    {"ld", "/Library/Developer/CommandLineTools/usr/bin/ld", Signer::apple},
    {"ln", "/bin/ln", Signer::apple},
    {"login", "/usr/bin/login", Signer::apple},
    {"ls", "/bin/ls", Signer::apple},
    {"lsregister",
     "/System/Library/Frameworks/CoreServices.framework/Versions/A/Frameworks/"
     "LaunchServices.framework/Versions/A/Support/lsregister",
     Signer::apple},
    {"make", "/Library/Developer/CommandLineTools/usr/bin/make", Signer::apple},
    {"managedsoftwareupdate", "/usr/local/munki/managedsoftwareupdate", Signer::developer},
    {"mdmclient", "/usr/libexec/mdmclient", Signer::apple},
    {"mdworker_shared",
     "/System/Library/Frameworks/CoreServices.framework/Versions/A/Frameworks/Metadata.framework/"
     "Versions/A/Support/mdworker_shared",
     Signer::apple},
    {"mkdir", "/bin/mkdir", Signer::apple},
    {"mv", "/bin/mv", Signer::apple},
    {"nc", "/usr/bin/nc", Signer::apple},
    {"nohup", "/usr/bin/nohup", Signer::apple},
    {"nscurl", "/usr/bin/nscurl", Signer::apple},
    {"nsurlsessiond", "/usr/libexec/nsurlsessiond", Signer::apple},
    {"open", "/usr/bin/open", Signer::apple},
    {"openssl", "/usr/bin/openssl", Signer::apple},
    {"osascript", "/usr/bin/osascript", Signer::apple},
    {"package_script_service",
     "/System/Library/PrivateFrameworks/PackageKit.framework/Versions/A/XPCServices/"
     "package_script_service.xpc/Contents/MacOS/package_script_service",
     Signer::apple},
    {"perl", "/usr/bin/perl", Signer::apple},
    {"pgrep", "/usr/bin/pgrep", Signer::apple},
    {"pkgutil", "/usr/sbin/pkgutil", Signer::apple},
    {"plutil", "/usr/bin/plutil", Signer::apple},
    {"profiles", "/usr/bin/profiles", Signer::apple},
    {"ps", "/bin/ps", Signer::apple},
    {"python", "/opt/local/bin/python", Signer::developer},
    {"python3", "/Library/Developer/CommandLineTools/usr/bin/python3", Signer::apple},
    {"python3.11", "/Users/{user}/.pyenv/versions/3.11.9/bin/python3.11", Signer::none},
    {"rm", "/bin/rm", Signer::apple},
    {"sed", "/usr/bin/sed", Signer::apple},
    {"sh", "/bin/sh", Signer::apple},
    {"sleep", "/bin/sleep", Signer::apple},
    {"softwareupdate", "/usr/sbin/softwareupdate", Signer::apple},
    {"softwareupdated",
     "/System/Library/CoreServices/Software Update.app/Contents/Resources/softwareupdated",
     Signer::apple},
    {"sort", "/usr/bin/sort", Signer::apple},
    {"ssh", "/usr/bin/ssh", Signer::apple},
    {"stat", "/usr/bin/stat", Signer::apple},
    {"sudo", "/usr/bin/sudo", Signer::apple},
    {"sw_vers", "/usr/bin/sw_vers", Signer::apple},
    {"swift-frontend",
     "/Applications/Xcode.app/Contents/Developer/Toolchains/XcodeDefault.xctoolchain/usr/bin/"
     "swift-frontend",
     Signer::apple},
    {"sysctl", "/usr/sbin/sysctl", Signer::apple},
    {"system_installd",
     "/System/Library/PrivateFrameworks/PackageKit.framework/Versions/A/Resources/system_installd",
     Signer::apple},
    {"system_profiler", "/usr/sbin/system_profiler", Signer::apple},
    {"tar", "/usr/bin/tar", Signer::apple},
    {"tclsh", "/usr/bin/tclsh", Signer::apple},
    {"touch", "/usr/bin/touch", Signer::apple},
    {"tr", "/usr/bin/tr", Signer::apple},
    {"trustd", "/usr/libexec/trustd", Signer::apple},
    {"uname", "/usr/bin/uname", Signer::apple},
    {"unzip", "/usr/bin/unzip", Signer::apple},
    {"uuidgen", "/usr/bin/uuidgen", Signer::apple},
    {"wc", "/usr/bin/wc", Signer::apple},
    {"wget", "/opt/homebrew/bin/wget", Signer::none},
    {"xattr", "/usr/bin/xattr", Signer::apple},
    {"xcodebuild", "/Applications/Xcode.app/Contents/Developer/usr/bin/xcodebuild", Signer::apple},
    {"xpcproxy", "/usr/libexec/xpcproxy", Signer::apple},
    {"zoom.us", "/Applications/zoom.us.app/Contents/MacOS/zoom.us", Signer::developer},
    {"zsh", "/bin/zsh", Signer::apple},
});
static_assert(std::ranges::is_sorted(programs, {}, &KnownProgram::key));

std::string hex(Rng& rng, std::size_t digits) {
  std::string out;
  while (out.size() < digits) out += format("{:016x}", rng.next());
  out.resize(digits);
  return out;
}

}  // namespace

Program make_program(std::string executable, Signer signer) {
  Program program;
  program.name = executable.substr(executable.rfind('/') + 1);
  // The same file has the same hashes and the same signer on every host.
  Rng rng = Rng(0).split(executable);
  program.sha256 = hex(rng, 64);
  program.md5 = hex(rng, 32);
  program.sha1 = hex(rng, 40);
  std::string label = fold_ascii(program.name);
  std::ranges::replace(label, ' ', '-');
  switch (signer) {
    case Signer::apple:
      program.subject = "Software Signing";
      program.signing_id = "com.apple." + label;
      break;
    case Signer::developer: {
      std::string team = hex(rng, 10);
      for (char& c : team) c = c >= 'a' ? static_cast<char>(c - 'a' + 'A') : c;
      program.team_id = team;
      program.subject = format("Developer ID Application: Example Corp ({})", team);
      program.signing_id = "com.example." + label;
      break;
    }
    case Signer::none:
      break;
  }
  program.executable = std::move(executable);
  return program;
}

std::span<const KnownProgram> known_programs() { return programs; }

const KnownProgram* find_program(std::string_view key) {
  const auto found = std::ranges::lower_bound(programs, key, {}, &KnownProgram::key);
  return found != programs.end() && found->key == key ? &*found : nullptr;
}

}  // namespace eqlab::generators
