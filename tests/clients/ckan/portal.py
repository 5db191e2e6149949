"""A CKAN portal that harvests, run by the Python of CKAN's own environment: see tests/harvest/test_ckan.py.

It is CKAN as it comes, with its database, and with ckanext-dcat's harvester of RDF.  Two services that it
wants are not there: Solr, so that nothing is indexed and searches find nothing; and Redis, so that no job is
queued and the stages of a harvest are run one after the other, here.

Arguments: the directory of PostgreSQL's socket, a directory to work in, and addresses to harvest, one after
the other, as the one source.  Out: a line of JSON for each, with what the portal has afterwards.
"""

import json
import sys
from pathlib import Path
from typing import Any

import ckan.plugins.toolkit as tk
from ckan import model
from ckan.cli import load_config
from ckan.cli.db import _run_migrations
from ckan.config.middleware import make_app
from ckan.lib import search
from ckan.lib.search.index import PackageSearchIndex
from ckan.lib.search.query import PackageSearchQuery
from ckanext.dcat.harvesters.rdf import DCATRDFHarvester
from ckanext.harvest.model import HarvestJob, HarvestObject, HarvestSource

SETTINGS = """[app:main]
use = egg:ckan
SECRET_KEY = secret
WTF_CSRF_SECRET_KEY = secret
api_token.jwt.encode.secret = string:secret-of-a-test-that-is-long-enough
api_token.jwt.decode.secret = string:secret-of-a-test-that-is-long-enough
sqlalchemy.url = postgresql://ckan@/ckan?host={socket}
ckan.site_id = portal
ckan.site_url = http://portal.invalid
ckan.storage_path = {folder}
ckan.plugins = harvest dcat dcat_rdf_harvester
ckan.redis.url = redis://127.0.0.1:1/0
solr_url = http://127.0.0.1:1/solr
licenses_group_url = {licences}
"""
# As <https://licenses.opendefinition.org> has it; CKAN's own list is from before version 4 of the licences.
LICENCES = [
    {
        "id": "CC-BY-4.0",
        "title": "Creative Commons Attribution 4.0",
        "url": "https://creativecommons.org/licenses/by/4.0/",
        "status": "active",
        "domain_content": True,
        "domain_data": True,
        "domain_software": False,
        "family": "",
        "is_generic": False,
        "maintainer": "Creative Commons",
        "od_conformance": "approved",
        "osd_conformance": "not reviewed",
    }
]


def leave_out_solr() -> None:
    def find_nothing(self: Any, *arguments: object, **options: object) -> dict[str, Any]:
        self.count, self.facets, self.results = 0, {}, []
        return {"count": 0, "results": []}

    search.check_solr_schema_version = lambda *arguments: True
    PackageSearchQuery.run = find_nothing
    for name in ("index_package", "remove_dict", "update_dict"):
        setattr(PackageSearchIndex, name, lambda self, *arguments, **options: None)


def start(socket: str, folder: Path) -> Any:
    licences, settings = folder / "licences.json", folder / "ckan.ini"
    licences.write_text(json.dumps(LICENCES))
    settings.write_text(SETTINGS.format(socket=socket, folder=folder, licences=licences.as_uri()))
    app = make_app(load_config(str(settings)))
    model.repo.init_db()
    _run_migrations("harvest", "head", True)
    return app._wsgi_app


def act(name: str, /, **arguments: str) -> Any:
    user = tk.get_action("get_site_user")({"ignore_auth": True}, {})
    return tk.get_action(name)({"ignore_auth": True, "user": user["name"]}, arguments)


def harvest(source: HarvestSource, url: str) -> dict[str, Any]:
    source.url = url
    source.save()
    job = HarvestJob(source=source)
    job.save()
    harvester = DCATRDFHarvester()
    objects = [HarvestObject.get(each) for each in harvester.gather_stage(job)]
    done = [harvester.fetch_stage(each) and harvester.import_stage(each) for each in objects]
    return {
        "errors": [error.message for error in job.gather_errors]
        + [error.message for each in objects for error in each.errors],
        "done": done,
        "deleted": [each.guid for each in objects if any(extra.key == "status" for extra in each.extras)],
        "datasets": [
            found
            for name in act("package_list")
            if (found := act("package_show", id=name))["type"] == "dataset"
        ],
    }


def main(socket: str, folder: str, *urls: str) -> None:
    leave_out_solr()
    with start(socket, Path(folder)).test_request_context():
        owner = act("organization_create", name="portal")["id"]
        about = {"name": "source", "title": "Source", "owner_org": owner, "frequency": "MANUAL"}
        made = act("harvest_source_create", url=urls[0], source_type="dcat_rdf", **about)
        source = HarvestSource.get(made["id"])
        for url in urls:
            print(json.dumps(harvest(source, url)), flush=True)


main(*sys.argv[1:])
