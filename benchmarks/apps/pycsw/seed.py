"""Write pycsw's configuration, make its table, and 40,000 records that a search has to read."""

import os
from pathlib import Path

from pycsw.core.admin import setup_db
from sqlalchemy import create_engine, text

METADATA = """
    identification_title identification_abstract identification_keywords identification_fees
    identification_keywords_type identification_accessconstraints provider_name provider_url
    contact_name contact_position contact_address contact_city contact_stateorprovince
    contact_postalcode contact_country contact_phone contact_fax contact_email contact_url
    contact_hours contact_instructions contact_role
"""
CONFIG = """
[server]
home={home}
url=http://127.0.0.1/
mimetype=application/xml; charset=UTF-8
encoding=UTF-8
language=en-US
maxrecords=10
[manager]
transactions=false
[metadata:inspire]
enabled=false
[repository]
database={url}
table=records
[metadata:main]
"""
RECORDS = """
INSERT INTO records (identifier, typename, schema, mdsource, insert_date, type, title, abstract,
                     anytext, xml, wkt_geometry)
SELECT 'survey-' || n, 'csw:Record', 'http://www.opengis.net/cat/csw/2.0.2', 'local',
       '2024-01-01', 'dataset', 'Survey ' || md5(n::text), repeat(md5((n * 3)::text) || ' ', 20),
       'Survey ' || md5(n::text),
       '<csw:Record xmlns:csw="http://www.opengis.net/cat/csw/2.0.2"/>', 'POINT(1 2)'
FROM generate_series(1, 40000) AS n
"""

url = os.environ["DATABASE_URL"]
config = Path(os.environ["PYCSW_CONFIG"])
named = "".join(f"{name}=none\n" for name in METADATA.split())
config.write_text(CONFIG.format(home=config.parent, url=url) + named)
setup_db(url, "records", str(config.parent), create_plpythonu_functions=False)
with create_engine(url).begin() as connection:
    connection.execute(text(RECORDS))
    connection.execute(text("ANALYZE records"))
