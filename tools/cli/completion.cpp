#include "tools/cli/completion.h"

#include <fmt/format.h>

namespace tilewright {

namespace {

std::string join(const std::vector<std::string>& words) {
  std::string text;
  for (const std::string& word : words) text += (text.empty() ? "" : " ") + word;
  return text;
}

// Commands first, then the command's options or files.
std::string bash_script(const std::vector<CommandNames>& commands) {
  std::string names, cases;
  for (const CommandNames& c : commands) {
    names += (names.empty() ? "" : " ") + c.name;
    cases += fmt::format("    {}) words=\"{}\" ;;\n", c.name, join(c.options));
  }
  return "_tilewright() {\n"
         "  local cur=\"${COMP_WORDS[COMP_CWORD]}\" words=\"\"\n"
         "  if [ \"$COMP_CWORD\" -eq 1 ]; then\n"
         "    COMPREPLY=($(compgen -W \"" +
         names +
         "\" -- \"$cur\"))\n"
         "    return\n"
         "  fi\n"
         "  case \"${COMP_WORDS[1]}\" in\n" +
         cases +
         "  esac\n"
         "  case \"$cur\" in\n"
         "    -*) COMPREPLY=($(compgen -W \"$words\" -- \"$cur\")) ;;\n"
         "    *) COMPREPLY=($(compgen -f -- \"$cur\")) ;;\n"
         "  esac\n"
         "}\n"
         "complete -o filenames -F _tilewright tilewright\n";
}

std::string fish_script(const std::vector<CommandNames>& commands) {
  std::string text;
  for (const CommandNames& c : commands) {
    text += fmt::format("complete -c tilewright -n __fish_use_subcommand -a {} -d '{}'\n", c.name,
                        c.summary);
    for (const std::string& option : c.options) {
      const bool is_long = option.rfind("--", 0) == 0;
      text += fmt::format("complete -c tilewright -n '__fish_seen_subcommand_from {}' -{} {}\n",
                          c.name, is_long ? "l" : "s", option.substr(is_long ? 2 : 1));
    }
  }
  return text;
}

}  // namespace

std::string completion_script(const std::string& shell, const std::vector<CommandNames>& commands) {
  if (shell == "bash") return bash_script(commands);
  if (shell == "zsh")
    return "#compdef tilewright\nautoload -U +X bashcompinit && bashcompinit\n" +
           bash_script(commands);
  if (shell == "fish") return fish_script(commands);
  return "";
}

}  // namespace tilewright
