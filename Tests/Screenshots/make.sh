#!/usr/bin/env bash
# Makes the pictures in screenshots/ from the running program: kitty on a virtual X server, with a clock that stands still.
#
#     make.sh [PROGRAM [FOLDER]]
#
# Two runs differ only in what is random in them: key IDs, token IDs and signatures.
set -euo pipefail
top=$(cd "$(dirname "$0")/../.." && pwd)
program=$(realpath "${1:-$top/.build/release/idp}")
folder=${2:-$top/screenshots}
[ -x "$program" ] || { echo "$program is not there: swift build -c release --static-swift-stdlib --product idp"; exit 1; }

packages=(fonts-jetbrains-mono git imagemagick kitty libgl1-mesa-dri openssl python3 xdotool xvfb)
if ! dpkg -s "${packages[@]}" >/dev/null 2>&1; then
  sudo=()
  [ "$(id -u)" = 0 ] || sudo=(sudo env DEBIAN_FRONTEND=noninteractive)
  "${sudo[@]}" apt-get update -q
  "${sudo[@]}" apt-get install -y -q --no-install-recommends "${packages[@]}"
fi

# -- A user, a repository and a clock

work=$(mktemp -d)
children=()
finish() {
  for child in "${children[@]}"; do kill "$child" 2>/dev/null || true; done
  rm -rf "$work"
}
trap finish EXIT
mkdir -p "$work"/{home,config/idp,state,cache,app}
chmod 700 "$work"/*
git -C "$work/app" init --quiet --initial-branch=main
git -C "$work/app" remote add origin git@github.com:acme/app.git
git -C "$work/app" config user.name 'Ada Lovelace'
git -C "$work/app" config user.email ada@acme.dev
mkdir "$work/config/idp/policies"
(
  cd "$work/config/idp/policies"
  role() {
    cat <<JSON
{
  "Role": {
    "RoleName": "$1",
    "Arn": "arn:aws:iam::111122223333:role/$1",
    "AssumeRolePolicyDocument": {
      "Version": "2012-10-17",
      "Statement": [
        {
          "Effect": "Allow",
          "Principal": {"Federated": "arn:aws:iam::111122223333:oidc-provider/idp.acme.dev"},
          "Action": "sts:AssumeRoleWithWebIdentity",
          "Condition": {
            "$2": {
              "idp.acme.dev:aud": "sts.amazonaws.com",
              "idp.acme.dev:sub": "$3"
            }
          }
        }
      ]
    }
  }
}
JSON
  }
  role deploy StringEquals https://github.com/acme/app/tree/main >deploy.json
  role preview StringLike 'https://github.com/acme*' >preview.json
  cat >provider.json <<<'{"Url": "idp.acme.dev", "ClientIDList": ["sts.amazonaws.com"]}'
  cat >azure.json <<JSON
{
  "name": "app-main",
  "issuer": "https://idp.acme.dev",
  "subject": "https://github.com/acme/app",
  "audiences": ["api://AzureADTokenExchange"]
}
JSON
  cat >vault-config.json <<<'{"oidc_discovery_url": "https://idp.acme.dev", "bound_issuer": "https://idp.acme.dev"}'
  cat >vault-app.json <<JSON
{
  "role_type": "jwt",
  "user_claim": "sub",
  "bound_audiences": ["vault.hashicorp.com"],
  "bound_subject": "https://github.com/acme/app",
  "token_policies": ["app"]
}
JSON
)
configuration="$work/config/idp/config.yaml"
cat >"$configuration" <<YAML
issuer:
  url: https://idp.acme.dev
policies:
  - policies/deploy.json
  - policies/preview.json
  - policies/provider.json
  - policies/azure.json
  - policies/vault-config.json
  - policies/vault-app.json
YAML
chmod 600 "$configuration"

clock=$work/clock
# Written in place at once: the program reads it whenever it likes.
at() { date --utc --date "$1" +%s >"$clock.new" && mv "$clock.new" "$clock"; }
compiler=$(command -v cc || command -v clang)
"$compiler" -shared -fPIC -O2 -o "$work/clock.so" "$top/Tests/Screenshots/clock.c" -ldl
user=(
  env -i "PATH=$(dirname "$program"):$PATH" "HOME=$work/home" "XDG_CONFIG_HOME=$work/config" "XDG_STATE_HOME=$work/state"
  "XDG_CACHE_HOME=$work/cache" GIT_CONFIG_NOSYSTEM=1 LANG=C.UTF-8 TZ=UTC USER=ada
)
still=("LD_PRELOAD=$work/clock.so" "STILL_CLOCK=$clock")
idp() { (cd "$work/app" && "${user[@]}" "${still[@]}" "$program" "$@"); }

# -- A screen

mkfifo "$work/display-pipe"
exec 3<>"$work/display-pipe"
Xvfb -displayfd 3 -screen 0 2200x1400x24 -nolisten tcp >"$work/xvfb.log" 2>&1 &
children+=($!)
read -r -t 20 display <&3
export DISPLAY=:$display LIBGL_ALWAYS_SOFTWARE=1

# open COLUMNS ROWS NAME=VALUE... -- ARGUMENT...: the program in a terminal of that size
open() {
  local columns=$1 rows=$2
  shift 2
  local variables=()
  while [ "$1" != -- ]; do variables+=("$1"); shift; done
  shift
  socket=unix:$work/kitty-$RANDOM
  (
    cd "$work/app"
    exec "${user[@]}" "DISPLAY=$DISPLAY" LIBGL_ALWAYS_SOFTWARE=1 kitty --config NONE --title idp-picture --listen-on "$socket" \
      -o allow_remote_control=socket-only -o 'font_family=JetBrains Mono' -o font_size=13 -o "initial_window_width=${columns}c" \
      -o "initial_window_height=${rows}c" -o remember_window_size=no -o cursor_blink_interval=0 -o window_padding_width=6 \
      -o confirm_os_window_close=0 -o update_check_interval=0 \
      env "${still[@]}" "${variables[@]}" "$program" "$@"
  ) >"$work/kitty.log" 2>&1 &
  terminal=$!
  children+=("$terminal")
}

remote() { kitty @ --to "$socket" "$@" 2>/dev/null; }
press() { remote send-text "$1"; }

# Waits until the screen shows a pattern.
shows() {
  local try
  for try in {1..400}; do
    if remote get-text | grep -qE "$1"; then return; fi
    sleep 0.05
  done
  echo "the screen never showed: $1"
  remote get-text || cat "$work/kitty.log"
  exit 1
}

# Takes the picture when two in a row are the same, so that everything has been drawn.
picture() {
  local window last='' now='' try
  window=$(xdotool search --onlyvisible --name idp-picture | tail -n 1)
  for try in {1..50}; do
    import -silent -window "$window" "$work/picture.png"
    now=$(convert "$work/picture.png" rgb:- | sha256sum)
    [ "$now" = "$last" ] && break
    last=$now
    sleep 0.1
  done
  mkdir -p "$folder"
  # Without times and other chunks, the same picture is the same file.
  convert "$work/picture.png" -strip -define png:exclude-chunks=date,time "$folder/$1.png"
  echo "$folder/$1.png"
  kill "$terminal" 2>/dev/null || true
  wait "$terminal" 2>/dev/null || true
}

# -- The pictures

at '2026-11-23 10:57:46'
expired=$(idp token --audience vault.hashicorp.com)
at '2026-11-23 11:59:04'
good=$(idp token --audience sts.amazonaws.com)
# The same token with another subject, which nobody signed.
forged=$(python3 - "$good" <<'PYTHON'
import base64, sys
header, payload, signature = sys.argv[1].split(".")
text = base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)).replace(b"acme/app", b"acme/admin")
print(header, base64.urlsafe_b64encode(text).rstrip(b"=").decode(), signature, sep=".")
PYTHON
)

# Three audiences asked at different times, one not yet.
request_three() {
  at '2026-11-23 11:58:04'
  open "$@"
  shows '\? help'
  press '\r'
  shows 'signature ok'
  at '2026-11-23 11:59:31'
  press 'j\r'
  shows 'aud +api://AzureADTokenExchange'
  press 'j\r'
  shows 'aud +vault.hashicorp.com'
  at '2026-11-23 12:00:48'
  press 'kk'
  shows 'aud +sts.amazonaws.com'
  shows '12:00:48Z'
  shows '57m 16s'
}

request_three 120 36 --
picture main

request_three 120 36 --
press '?'
shows 'Help'
picture help

request_three 120 36 NO_COLOR=1 --
picture no-color

request_three 64 30 --
picture narrow

# A moment later, when the message about the check has gone.
at '2026-11-23 12:00:40'
open 120 36 -- "$forged"
shows 'signature bad'
shows 'not verified'
at '2026-11-23 12:00:48'
shows '^ . show .*q back'
picture failed-signature

at '2026-11-23 12:00:40'
open 120 36 -- "$expired"
shows 'time bad: expired'
at '2026-11-23 12:00:48'
shows 'expired 3m 2s ago'
shows '^ . show .*q back'
picture expired

# -- Why a relying party refuses a token

request_three 120 40 --
press 't'
shows 'AWS would refuse this token'
shows 'AWS would say: AccessDenied'
shows '^ yy copy suggestion'
picture trust-refused

request_three 120 40 --
press 't]'
shows 'AWS would accept this token'
shows 'warning: '
picture trust-warning

request_three 120 36 --
press 'm'
shows 'Who accepts what'
shows 'vault vault-app +. refuses +. refuses +. accepts'
picture matrix

request_three 120 36 --
press '3j'
press 'e'
shows 'What if .sub were'
press $'\x15'
press 'https://github.com/acme/app/tree/main'
shows 'aws deploy +would accept|. aws deploy .*would accept'
press '\r'
shows 'what if, unsigned'
at '2026-11-23 12:00:58'
shows '12:00:58Z'
shows '^ . show .*q back'
picture what-if

# -- Which issuer tokens come from

# An issuer that is served on this machine, by another user; one more on its socket, and one whose keys alone are trusted.
mkdir -p "$work/served"/{config/idp,state} "$work/home/.config/idp"
serving=("${user[@]}" "XDG_CONFIG_HOME=$work/served/config" "XDG_STATE_HOME=$work/served/state" "${still[@]}" "$program")
echo 'issuer: {url: http://127.0.0.1:8770/team}' >"$work/served/config/idp/config.yaml"
at '2026-11-23 12:00:48'
(umask 077 && "${serving[@]}" workspaces add app --subject repo:acme/app:environment:production --audience '*' \
  >"$work/home/.config/idp/team" 2>"$work/serve.log")
"${serving[@]}" serve --listen 127.0.0.1:8770 >>"$work/serve.log" 2>&1 &
children+=($!)
cat >>"$configuration" <<YAML
issuers:
  - url: http://127.0.0.1:8770/team
    credential: ~/.config/idp/team
  - url: https://idp.example.org
    socket: /run/idp/idp.sock
  - https://token.actions.githubusercontent.com
YAML

open 120 36 --
shows '\? help'
press '\r'
shows 'signature ok'
press 'ss\r'
shows 'served issuer'
press '\r'
shows 'signature ok'
shows 'environment:production'
shows '12:00:48Z'
press 's'
shows 'asked with the credential in'
picture issuers

# -- What a party gives for a token: one that stands in for AWS, behind a proxy and with certificates of its own

certificates=$work/certificates
mkdir "$certificates"
openssl_then() { env "${still[@]}" openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 "$@" 2>/dev/null; }
openssl_then -subj '/CN=authority of the pictures' -addext keyUsage=keyCertSign \
  -keyout "$certificates/ca.key" -out "$certificates/ca.pem"
openssl_then -CA "$certificates/ca.pem" -CAkey "$certificates/ca.key" -subj /CN=sts \
  -addext subjectAltName=DNS:sts.eu-central-1.amazonaws.com -addext basicConstraints=critical,CA:FALSE \
  -keyout "$certificates/sts.key" -out "$certificates/sts.pem"
mkfifo "$work/party-pipe"
exec 4<>"$work/party-pipe"
env "${still[@]}" python3 -B "$top/Tests/EndToEnd/party.py" "$certificates/sts.pem" "$certificates/sts.key" 2026-11-23T13:00:48Z >&4 &
children+=($!)
read -r -t 20 proxy <&4
exchanging=("HTTPS_PROXY=$proxy" "SSL_CERT_FILE=$certificates/ca.pem" AWS_REGION=eu-central-1)

# The policy that is selected is the role of the form.
request_three 120 36 "${exchanging[@]}" --
press ']x'
shows 'Exchange the token'
shows 'role/preview'
press '\r'
shows 'AWS gave credentials for 1h 0m'
shows '^ . show secrets'
picture exchange

request_three 120 36 "${exchanging[@]}" --
press 'x'
shows 'role/deploy'
press '\r'
shows 'AWS refuses: AccessDenied'
shows 'foresee this answer'
shows '^ . why|^ t why'
picture exchange-refused
