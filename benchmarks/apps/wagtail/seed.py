"""Make a site with `wagtail start`, and 300 pages in it that can be searched for."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

site = Path(os.environ["SITE"])
shutil.rmtree(site, ignore_errors=True)
site.mkdir(parents=True)
wagtail = Path(sys.executable).parent / "wagtail"
subprocess.run([wagtail, "start", "shop", site], check=True)

from wsgi import app  # noqa: E402  it can be imported from now on

assert app

from django.core.management import call_command  # noqa: E402
from home.models import HomePage  # noqa: E402
from wagtail.models import Page  # noqa: E402

call_command("migrate", verbosity=0)
home = Page.objects.get(slug="home")
for number in range(300):
    words = " ".join(f"word{number * 7 % (n + 5)}" for n in range(20))
    home.add_child(instance=HomePage(title=f"Page {number} of the shop", search_description=words))
call_command("rebuild_references_index", verbosity=0)
call_command("update_index", verbosity=0)
