# shellcheck shell=bash
# Every module is imported and checked by mypy; the client is used.

cd "$1"
python=$generators_python/bin/python
"$python" -m mypy openapi_client
export PYTHONPATH=.
"$python" -c '
import importlib, pkgutil, openapi_client
names = [module.name for module in pkgutil.walk_packages(openapi_client.__path__, "openapi_client.")]
assert len(names) > 100, names
for name in names:
    importlib.import_module(name)
'
"$python" "$calls/python.py"
