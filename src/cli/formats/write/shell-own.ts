/**
 * The variables that shells keep for themselves, by what each shell says of a clean start: what it
 * declares an integer (it evaluates what is assigned, and `a[$(…)]` runs a command), read-only,
 * computed, an array or special, and what it runs as a command. `test/cli/formats/shells.test.ts`
 * asks each shell again.
 */
const OWN: Readonly<Record<string, string>> = {
  bash: `_ BASHOPTS BASHPID BASH_ALIASES BASH_ARGC BASH_ARGV BASH_CMDS BASH_COMMAND BASH_COMPAT BASH_ENV
    BASH_LINENO BASH_REMATCH BASH_SOURCE BASH_SUBSHELL BASH_VERSINFO BASH_XTRACEFD COMP_WORDBREAKS COPROC
    DIRSTACK ENV EPOCHREALTIME EPOCHSECONDS EUID FUNCNAME GROUPS HISTCMD LINENO MAPFILE OPTIND PIPESTATUS
    PPID PROMPT_COMMAND PS0 PS1 PS2 PS3 PS4 RANDOM SECONDS SHELLOPTS SRANDOM UID`,
  zsh: `ARGC ARGV0 CDPATH COLUMNS EGID ERRNO FIGNORE FPATH FUNCNEST GID HISTCHARS HISTSIZE HOME IFS
    KEYBOARD_HACK KEYTIMEOUT LANG LC_ALL LC_COLLATE LC_CTYPE LC_MESSAGES LC_NUMERIC LC_TIME LINES LISTMAX
    LOGCHECK MAILCHECK MAILPATH MANPATH MODULE_PATH NULLCMD OPTARG PATH POSTEDIT PROMPT PROMPT2 PROMPT3
    PROMPT4 PSVAR READNULLCMD RPROMPT RPROMPT2 RPS1 RPS2 SAVEHIST SHLVL SPROMPT TERM TERMINFO
    TERMINFO_DIRS TRY_BLOCK_ERROR TRY_BLOCK_INTERRUPT TTYIDLE USERNAME WATCH WORDCHARS ZCURSES_COLORS
    ZCURSES_COLOR_PAIRS ZLE_RPROMPT_INDENT ZSH_EVAL_CONTEXT ZSH_SUBSHELL aliases argv builtins cdpath
    commands dirstack dis_aliases dis_builtins dis_functions dis_functions_source dis_galiases
    dis_patchars dis_reswords dis_saliases epochtime errnos fignore fpath funcfiletrace funcsourcetrace
    funcstack functions functions_source functrace galiases histchars history historywords jobdirs
    jobstates jobtexts keymaps langinfo mailpath manpath mapfile module_path modules nameddirs options
    parameters patchars path pipestatus prompt psvar reswords saliases signals status sysparams termcap
    terminfo userdirs usergroups watch widgets zcurses_attrs zcurses_colors zcurses_keycodes
    zcurses_windows zgdbm_tied zle_bracketed_paste zsh_eval_context zsh_scheduled_events`,
  ksh93: 'JOBMAX KSH_VERSION TMOUT',
  mksh: 'KSHEGID KSHGID KSHUID PGRP USER_ID',
};

const OWNERS: ReadonlyMap<string, string> = new Map(
  Object.entries(OWN).flatMap(([shell, names]) => names.split(/\s+/u).map((name) => [name, shell] as const)),
);

/** The shell that keeps a variable of this name for itself; undefined when none of them does. */
export function shellThatOwns(name: string): string | undefined {
  return OWNERS.get(name);
}
