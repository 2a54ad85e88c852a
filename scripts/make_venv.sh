#!/bin/sh
# Makes the virtual environment: make_venv.sh PYTHON FOLDER. Says what is missing where it cannot.
set -u
python=$1
folder=$2

if ! "$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))'; then
    echo "Poolscope needs Python 3.11 or newer, and $python is $("$python" -V 2>&1)." \
        "Name another with: make run PYTHON=python3.12" >&2
    exit 1
fi
if [ -x "$folder/bin/python" ] && "$folder/bin/python" -m pip --version >/dev/null 2>&1; then
    exit 0
fi
if ! "$python" -c 'import ensurepip' 2>/dev/null; then
    sh "$(dirname "$0")/install_system.sh" "$("$python" -c \
        'import sys; print("python%d.%d-venv" % sys.version_info[:2])')"
fi
exec "$python" -m venv --clear "$folder"
