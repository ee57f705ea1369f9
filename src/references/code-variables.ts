/**
 * Variables by which loaders, shells and interpreters run code or find other programs, and those of this command
 * and of AWS: whoever may write one secret below a prefix must not thereby run code in every program that gets
 * them all.
 */
const RUN_CODE =
  /^(?:PATH|PATHEXT|COMSPEC|HOME|SHELL|IFS|ENV|BASH_ENV|BASH_FUNC_.*|PS[0-4]|PROMPT_COMMAND|ZDOTDIR|LD_.*|DYLD_.*|NODE_OPTIONS|NODE_PATH|NPM_CONFIG_.*|PYTHON.*|PERL5.*|PERLLIB|PERL_UNICODE|RUBYOPT|RUBYLIB|GEM_.*|JAVA_TOOL_OPTIONS|JDK_JAVA_OPTIONS|_JAVA_OPTIONS|CLASSPATH|LUA_INIT.*|LUA_PATH.*|LUA_CPATH.*|PHPRC|PHP_INI_SCAN_DIR|GCONV_PATH|LOCPATH|GIT_(?:SSH|SSH_COMMAND|ASKPASS|EDITOR|PAGER|EXEC_PATH|EXTERNAL_DIFF|CONFIG.*|PROXY_COMMAND|TEMPLATE_DIR)|EDITOR|VISUAL|PAGER|BROWSER|SSH_ASKPASS|SUDO_ASKPASS|OPENSSL_CONF|OPENSSL_ENGINES|OPENSSL_MODULES|DOTNET_STARTUP_HOOKS|MAKEFLAGS|LAZYCRED_.*|AWS_.*)$/u;

/** Whether a variable of this name makes programs run code, or lead requests elsewhere. */
export function runsCode(variable: string): boolean {
  return RUN_CODE.test(variable.toUpperCase());
}
