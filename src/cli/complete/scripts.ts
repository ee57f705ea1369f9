/**
 * The scripts that teach a shell to complete `lazy`. Each hands over what is typed, unevaluated, and takes
 * words from lines: nothing that comes from a store is ever expanded.
 */

// `compgen -W` would expand its words, and so run $(…) in a secret's name; bash 3.2 has no `mapfile`.
const BASH = `# Completion of lazy for bash. In ~/.bashrc: source <(lazy completion bash)
_lazy() {
  local line kind=
  COMPREPLY=()
  while IFS= read -r line; do
    if [[ -z $kind ]]; then kind=$line; else COMPREPLY+=("$line"); fi
  done < <(command lazy __complete bash "$COMP_WORDBREAKS" "\${COMP_LINE:0:$COMP_POINT}" 2>/dev/null </dev/null)
  if [[ $kind == files ]]; then compopt -o default 2>/dev/null; fi
  return 0
}
complete -F _lazy lazy
`;

// compadd takes words as they are and quotes them by itself.
const ZSH = `#compdef lazy
# Completion of lazy for zsh. In ~/.zshrc, after compinit: source <(lazy completion zsh)
_lazy() {
  local line
  local -a lines choices shown
  lines=("\${(@f)$(command lazy __complete zsh "\${(@)words[1,CURRENT-1]}" "$QIPREFIX$PREFIX" 2>/dev/null </dev/null)}")
  if [[ $lines[1] == files ]]; then
    compset -P '--*='
    _files
    return
  fi
  [[ $lines[1] == words ]] || return 1
  shift lines
  (( $#lines )) || return 1
  for line in "\${(@)lines}"; do
    choices+=("\${line%%$'\\t'*}")
    shown+=("\${line/$'\\t'/  -- }")
  done
  if [[ "$lines[1]" == *$'\\t'* ]]; then
    compadd -l -d shown -a choices
  else
    compadd -a choices
  fi
}
if (( ! $+functions[compdef] )); then
  print -u2 'lazy: completion needs compinit before it: autoload -Uz compinit && compinit'
elif [[ "$funcstack[1]" == _lazy ]]; then
  _lazy "$@"
else
  compdef _lazy lazy
fi
`;

const FISH = `# Completion of lazy for fish. In ~/.config/fish/config.fish: lazy completion fish | source
function __lazy_complete
    set -l current (commandline -ct)
    set -l lines (command lazy __complete fish (commandline -opc) "$current" 2>/dev/null </dev/null)
    if test "$lines[1]" = files
        set -l option (string match -r -- '^--[^=]*=' "$current")
        for file in (__fish_complete_path (string replace -r -- '^--[^=]*=' '' "$current"))
            printf '%s\\n' "$option$file"
        end
    else if set -q lines[2]
        printf '%s\\n' $lines[2..-1]
    end
end
complete -c lazy -f -a '(__lazy_complete)'
`;

/** The script for each shell. */
export const COMPLETION_SCRIPTS: ReadonlyMap<string, string> = new Map([
  ['bash', BASH],
  ['zsh', ZSH],
  ['fish', FISH],
]);
