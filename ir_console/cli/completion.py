"""Completion for shells: the script of each, and the answers that it asks us for.

The script hands us the line up to the cursor and gets a line for each proposal: what may stand
there, a tab, and what it means. Only the command that is meant is imported for an answer, and no
server is asked. Nothing proposed means a file name, which shells know better.
"""

import os
import sys
from collections.abc import Iterable, Sequence

import typer

from ir_console.safe_text import safe_text

from .examples import examples
from .exits import ExitCode
from .proposing import Proposal, proposals, words_of

app = typer.Typer(
    add_completion=False,
    rich_markup_mode=None,
    no_args_is_help=True,
    help="Print a script that completes commands, options and values in your shell.",
    epilog=examples(
        'eval "$(ir-console completion bash)"       # in ~/.bashrc',
        'eval "$(ir-console completion zsh)"        # in ~/.zshrc, behind compinit',
        "ir-console completion fish > ~/.config/fish/completions/ir-console.fish",
    ),
)

_BASH = r"""# ir-console in bash. In ~/.bashrc: eval "$(ir-console completion bash)"
_ir_console() {
    mapfile -t COMPREPLY < <(
        COMP_WORDBREAKS="$COMP_WORDBREAKS" ir-console completion answer bash -- \
            "${COMP_LINE:0:COMP_POINT}" 2>/dev/null
    )
    # What ends in : or = wants a value behind it at once.
    if [[ ${#COMPREPLY[@]} -eq 1 && ${COMPREPLY[0]} == *[:=] ]]; then compopt -o nospace; fi
}
complete -o default -o nosort -F _ir_console ir-console
"""
_ZSH = r"""#compdef ir-console
# ir-console in zsh. In ~/.zshrc, behind compinit: eval "$(ir-console completion zsh)"
_ir_console() {
    local -a described open
    local proposal meaning line="${(j: :)words[1,CURRENT]}"
    for proposal in "${(@f)$(ir-console completion answer zsh -- "$line" 2>/dev/null)}"; do
        [[ -z $proposal ]] && continue
        # What ends in : or = wants a value behind it at once.
        [[ $proposal == *[:=] ]] && open=(-S '')
        meaning=
        [[ $proposal == *$'\t'* ]] && meaning=":${proposal#*$'\t'}"
        described+=("${${proposal%%$'\t'*}//:/\\:}$meaning")
    done
    if (( $#described )); then _describe -V 'ir-console' described $open; else _files; fi
}
compdef _ir_console ir-console
"""
_FISH = r"""# ir-console in fish.
# Once: ir-console completion fish > ~/.config/fish/completions/ir-console.fish
function __ir_console_proposals
    set -l line (commandline -cp | string collect)
    set -l found (ir-console completion answer fish -- $line 2>/dev/null)
    if test (count $found) -gt 0
        printf '%s\n' $found
    else
        __fish_complete_path (commandline -ct)
    end
end
complete -c ir-console -f -k -a '(__ir_console_proposals)'
"""


@app.command(epilog=examples("ir-console completion bash"))
def bash() -> None:
    """Print the script for bash."""
    sys.stdout.write(_BASH)


@app.command(epilog=examples("ir-console completion zsh"))
def zsh() -> None:
    """Print the script for zsh."""
    sys.stdout.write(_ZSH)


@app.command(epilog=examples("ir-console completion fish"))
def fish() -> None:
    """Print the script for fish."""
    sys.stdout.write(_FISH)


def answer_at_once(arguments: Sequence[str]) -> None:
    """Write what may stand at the end of a line, for a shell: its name, and the line, behind `--`.

    No command like the others: nobody types it, and its arguments are read without the parser.
    """
    match arguments:
        case [shell, "--", line]:
            sys.stdout.write("".join(f"{one}\n" for one in _answer(shell, line)))
        case _:
            raise SystemExit(ExitCode.USAGE)


def _answer(shell: str, line: str) -> list[str]:
    words, is_quoted = words_of(line)
    found = proposals(words[1:])
    if shell == "bash":
        breaks = os.environ.get("COMP_WORDBREAKS", "")
        return for_bash(found, words[-1], "" if is_quoted else breaks)
    return [f"{safe_text(one.text)}\t{safe_text(one.help)}".rstrip() for one in found]


def for_bash(found: Iterable[Proposal], word: str, breaks: str) -> list[str]:
    """Proposals as bash takes them: without what stands before the last break in the word."""
    start = max((word.rfind(char) + 1 for char in breaks if char in ":="), default=0)
    return [safe_text(one.text)[start:] for one in found]
