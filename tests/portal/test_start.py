"""A process begins: what it loads, each worker holds in memory, and each command waits for."""

import json
import subprocess
import sys

import pytest

from procedures import tables
from records import papers, report_files, signatures
from tests.portals import ROOT, environment

# Libraries that come with what few ask for: signatures, PDFs laid over each other, workbooks, letters.
FOR_FEW = {"pyhanko", "pyhanko_certvalidator", "asn1crypto", "pkcs11", "pypdf", "openpyxl", "weasyprint"}
PAGES = [
    "/",
    "/en/procedures/?q=khai+sinh",
    "/api/v1/procedures",
    "/records/",
    "/verify/",
    "/statistics/",
    "/admin/login/",
]
BEGINNING = """
import json, sys, threading
from portal.wsgi import application
from django.core.management import call_command
from django.test import Client

def loaded():
    return [name for name in FOR_FEW if name in sys.modules]

call_command("check", stdout=sys.stderr)
statuses = [Client(headers={"host": "localhost"}).get(page).status_code for page in PAGES]
before = loaded()
"""
FIRST_USE = """
from procedures import tables
from records import papers, report_files, signatures

names = [(package, name) for package in (papers, report_files, signatures, tables) for name in package.__all__]
together, found = threading.Barrier(len(names)), []

def use(package, name):
    together.wait()
    found.append(getattr(package, name))

threads = [threading.Thread(target=use, args=pair) for pair in names]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
print(json.dumps({"statuses": statuses, "before": before, "missing": len(names) - len(found), "after": loaded()}))
"""


def test_what_few_pages_need_is_loaded_when_it_is_first_used_also_by_many_at_once(new_database):
    program = f"FOR_FEW, PAGES = {FOR_FEW}, {PAGES}\n{BEGINNING}{FIRST_USE}"
    with new_database("start") as url:
        env = environment(url, DJANGO_SETTINGS_MODULE="portal.settings")
        done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, env=env, capture_output=True, text=True)
    assert not done.returncode, done.stderr
    told = json.loads(done.stdout)
    assert told["statuses"] == [200] * len(PAGES)
    assert told["before"] == []
    assert told["missing"] == 0, done.stderr
    # weasyprint is loaded by the first PDF, which takes longer than all of this.
    assert {*told["after"]} == FOR_FEW - {"weasyprint"}


@pytest.mark.parametrize("package", [papers, report_files, signatures, tables], ids=lambda package: package.__name__)
def test_a_name_that_a_package_lacks_is_told_with_the_package(package):
    with pytest.raises(AttributeError, match=f"'{package.__name__}' has no attribute 'nothing'"):
        _ = package.nothing
