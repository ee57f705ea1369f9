#!/usr/bin/env bash
# Masks the secrets below a prefix in the log, then adds them to the environment of the steps that follow.
set -euo pipefail

if [[ -z $INPUT_PREFIX ]]; then
  echo '::error::prefix is empty: name what the secrets begin with, such as prod/'
  exit 2
fi

# An empty variable counts as unset.
export LAZYCRED_STORE="${INPUT_STORE:-${LAZYCRED_STORE:-}}"
export LAZYCRED_KEY="${INPUT_KEY:-${LAZYCRED_KEY:-}}"
export LAZYCRED_REGION="${INPUT_REGION:-${LAZYCRED_REGION:-}}"

read -r -a lazy <<<"$INPUT_LAZY"
exec "${lazy[@]}" export --format github-env --mask -- "$INPUT_PREFIX"
