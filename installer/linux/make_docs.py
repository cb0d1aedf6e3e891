#!/usr/bin/env python3
"""Manual pages and shell completions, made from what the programs themselves say in --help, so that there is one table
of options and not two.   Usage: make_docs.py TURBO_STUDIO TURBO_STUDIO_CLI OUTPUT_FOLDER"""
import os
import re
import subprocess
import sys

FILE_WORDS = {"PATH", "FILE", "path", "file", "file.png", "file..."}


class Help:
    """One --help text: first line, usage, options (names, argument, words), positionals, subcommands, other text."""

    def __init__(self, text):
        self.summary, self.usage, self.rest = "", "", []
        self.sections = {"Options": [], "Positionals": [], "Subcommands": []}
        section, row = None, None
        for line in text.splitlines():
            head = re.match(r"^(Options|Positionals|Subcommands|Arguments):$", line)
            entry = re.match(r"^  (\S.*?)(?:\s{2,}(\S.*))?$", line)
            if head:
                section, row = {"Arguments": "Positionals"}.get(head[1], head[1]), None
            elif line.startswith("Usage:"):
                self.usage = line[len("Usage:"):].strip()
            elif not line.strip():
                section = None
            elif section and entry and not line.startswith("   "):
                row = [entry[1], entry[2] or ""]
                self.sections[section].append(row)
            elif section and row and line.startswith("   "):
                row[1] = (row[1] + " " + line.strip()).strip()
            elif not self.summary:
                self.summary = line.strip()
            else:
                section = None
                self.rest.append(line)
        self.options = [self.option(*row) for row in self.sections["Options"]]

    @staticmethod
    def option(head, words):
        names = re.findall(r"(?<![\w-])--?[A-Za-z][\w-]*", head.split("|")[0] if head.count("--") < 2 else head)
        argument = re.sub(r"^(?:,?\s*--?[A-Za-z][\w-]*)+", "", head).strip(" .").strip("<>")
        return {"names": names, "argument": argument, "words": words}


def run_help(program, *command):
    env = {**os.environ, "LC_ALL": "C.UTF-8", "COLUMNS": "100"}
    return Help(subprocess.run([program, *command, "--help"], capture_output=True, text=True, check=True, env=env).stdout)


def version_of(program):
    out = subprocess.run([program, "--version"], capture_output=True, text=True, check=True).stdout
    return re.search(r"\d+\.\d+\.\d+", out)[0]


# ---- manual pages -----------------------------------------------------------------------------------------------

def roff(text):
    text = text.replace("\\", "\\e").replace("-", "\\-").replace("'", "\\(aq")
    return "\\&" + text if text.startswith((".", "\\(aq")) else text


def option_lines(options):
    lines = []
    for option in options:
        names = ", ".join("\\fB" + roff(name) + "\\fR" for name in option["names"])
        argument = " \\fI" + roff(option["argument"]) + "\\fR" if option["argument"] else ""
        lines += [".TP", names + argument, roff(option["words"])]
    return lines


def list_lines(rows):
    lines = []
    for head, words in rows:
        lines += [".TP", "\\fB" + roff(head) + "\\fR", roff(words)]
    return lines


def page(name, version, summary, synopsis, body, see_also):
    return "\n".join([f'.TH {name.upper()} 1 "" "Turbo Studio {version}" "User Commands"', ".SH NAME",
                      f"{roff(name)} \\- {roff(summary)}", ".SH SYNOPSIS", *synopsis, *body, ".SH SEE ALSO",
                      f".BR {roff(see_also)} (1)", ""])


def examples_and_rest(rest):
    lines = []
    for line in rest:
        if line.startswith(" "):
            lines += [".nf", roff(line.strip()), ".fi"]
        else:
            lines += [roff(line)]
    return lines


def window_page(program, version):
    text = run_help(program)
    body = [".SH DESCRIPTION", roff(text.summary or "Turn a prompt into a video on your own machine."),
            "The window of Turbo Studio. A second start hands its files and its prompt to the window that is open.",
            ".SH OPTIONS", *option_lines(text.options), ".SH ARGUMENTS", *list_lines(text.sections["Positionals"]),
            ".SH ENVIRONMENT", ".TP", ".B STUDIO_HOME", "All folders of the program below this one.", ".TP",
            ".B STUDIO_MODELS", "Folders with models, separated as in PATH.", ".TP", ".B STUDIO_LOG",
            roff("How much is logged: trace, debug, info, warning, error or off."),
            ".SH FILES", ".TP", ".I $XDG_CONFIG_HOME/turbo\\-studio/settings.json", "Settings of the program.", ".TP",
            ".I $XDG_DATA_HOME/turbo\\-studio", "Queue, history and models.", ".SH EXIT STATUS",
            "0: done, or handed to the window that is open. 2: wrong options, or no display."]
    return page("turbo-studio", version, "turn a prompt into a video, in a window",
                [".B turbo\\-studio", roff("[options] [file...]")], body, "turbo-studio-cli")


def cli_page(program, version, commands):
    top = run_help(program)
    body = [".SH DESCRIPTION", roff(top.summary), ".SH GENERAL OPTIONS", *option_lines(top.options)]
    for name, words in top.sections["Subcommands"]:
        text = commands[name]
        body += [f".SH COMMAND: {roff(name.upper())}", roff(words), ".PP", "\\fB" + roff(text.usage) + "\\fR"]
        body += list_lines(text.sections["Positionals"]) + option_lines(text.options)
        if text.rest:
            body += [".PP", *examples_and_rest(text.rest)]
    body += [".SH EXIT STATUS AND ENVIRONMENT", *examples_and_rest(top.rest)]
    return page("turbo-studio-cli", version, "turn a prompt into a video, without a window",
                [".B turbo\\-studio\\-cli", roff("command [options]")], body, "turbo-studio")


# ---- completions ------------------------------------------------------------------------------------------------

def choices(option):
    return option["argument"].split("|") if "|" in option["argument"] else []


def takes_file(option):
    return option["argument"].split(" ")[0] in FILE_WORDS


def bash_case(options):
    lines = []
    for option in options:
        names = "|".join(option["names"])
        if choices(option):
            lines.append(f'        {names}) COMPREPLY=($(compgen -W "{" ".join(choices(option))}" -- "$cur")); return ;;')
        elif takes_file(option):
            lines.append(f'        {names}) COMPREPLY=($(compgen -f -- "$cur")); compopt -o filenames 2>/dev/null; return ;;')
        elif option["argument"]:
            lines.append(f"        {names}) return ;;")
    return lines


def bash_function(name, options):
    words = " ".join(sorted({n for o in options for n in o["names"] if n.startswith("--")}))
    return [f"{name}() {{", '    local cur="${COMP_WORDS[COMP_CWORD]}" prev="${COMP_WORDS[COMP_CWORD-1]}"', '    case "$prev" in',
            *bash_case(options), "    esac", '    if [[ "$cur" == -* ]]; then', f'        COMPREPLY=($(compgen -W "{words}" -- "$cur"))',
            "    else", '        COMPREPLY=($(compgen -f -- "$cur")); compopt -o filenames 2>/dev/null', "    fi", "}"]


def bash_completion(window, top, commands):
    lines = ["# bash completion for turbo-studio and turbo-studio-cli; made by installer/linux/make_docs.py", *bash_function("_turbo_studio", window.options)]
    for name, text in commands.items():
        lines += bash_function(f"_turbo_studio_cli_{name}", text.options)
    names = " ".join(commands)
    lines += ["_turbo_studio_cli() {", "    local word i", "    for ((i = 1; i < COMP_CWORD; i++)); do", '        word="${COMP_WORDS[i]}"',
              '        case " ' + names + ' " in *" $word "*) "_turbo_studio_cli_$word"; return ;; esac', "    done",
              f'    COMPREPLY=($(compgen -W "{names} {" ".join(n for o in top.options for n in o["names"])}" -- "${{COMP_WORDS[COMP_CWORD]}}"))', "}",
              "complete -F _turbo_studio turbo-studio", "complete -F _turbo_studio_cli turbo-studio-cli", ""]
    return "\n".join(lines)


def zsh_quote(text):
    return text.replace("'", "'\\''").replace("[", "\\[").replace("]", "\\]").replace(":", "\\:")


def zsh_arguments(options):
    lines = []
    for option in options:
        action = ""
        if choices(option):
            action = f":{option['names'][-1].strip('-')}:({' '.join(choices(option))})"
        elif takes_file(option):
            action = ":file:_files"
        elif option["argument"]:
            action = ":" + zsh_quote(option["argument"]) + ":"
        for name in option["names"]:
            lines.append(f"        '{name}[{zsh_quote(option['words'])}]{action}' \\")
    return lines + ["        '*:file:_files'"]


def zsh_completion(window, top, commands):
    lines = ["#compdef turbo-studio turbo-studio-cli", "# Made by installer/linux/make_docs.py.", "_turbo_studio() {", "    _arguments \\",
             *zsh_arguments(window.options), "}"]
    for name, text in commands.items():
        lines += [f"_turbo_studio_cli_{name}() {{", "    _arguments \\", *zsh_arguments(text.options), "}"]
    lines += ["_turbo_studio_cli() {", "    if ((CURRENT == 2)); then", "        local -a commands=("]
    lines += [f"            '{name}:{zsh_quote(words)}'" for name, words in top.sections["Subcommands"]]
    lines += ["        )", "        _describe command commands", "        return", "    fi", '    local command="${words[2]}"',
              "    shift words", "    ((CURRENT--))", '    (( $+functions[_turbo_studio_cli_$command] )) && "_turbo_studio_cli_$command"', "}",
              'case "$service" in', "    turbo-studio) _turbo_studio ;;", "    turbo-studio-cli) _turbo_studio_cli ;;", "esac", ""]
    return "\n".join(lines)


def main():
    window_program, cli, out = sys.argv[1:4]
    os.makedirs(out, exist_ok=True)
    version, window, top = version_of(cli), run_help(window_program), run_help(cli)
    commands = {name: run_help(cli, name) for name, _ in top.sections["Subcommands"]}
    files = {"turbo-studio.1": window_page(window_program, version), "turbo-studio-cli.1": cli_page(cli, version, commands),
             "turbo-studio.bash": bash_completion(window, top, commands), "_turbo-studio": zsh_completion(window, top, commands)}
    for name, text in files.items():
        with open(os.path.join(out, name), "w", encoding="utf-8") as file:
            file.write(text)


if __name__ == "__main__":
    main()
