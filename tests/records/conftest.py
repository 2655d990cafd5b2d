"""Invented authorities with real keys, and documents to sign."""

import shutil
import sys

import pytest
import weasyprint

from .authority import Authority


@pytest.fixture(scope="session")
def made_authority(tmp_path_factory):
    authority = Authority(tmp_path_factory.mktemp("authority") / "made")
    authority.issue("vp-ubnd", "Người ký thử nghiệm", large=True)
    authority.issue("seal", "Con dấu thử nghiệm")
    return authority


@pytest.fixture
def authority(made_authority, tmp_path, settings):
    """The configured authority, with the keys `vp-ubnd` and `seal`; each test may add to it."""
    copy = object.__new__(Authority)
    copy.__dict__ |= made_authority.__dict__
    shutil.copytree(made_authority.folder, tmp_path / "authority")
    copy.at(tmp_path / "authority")
    settings.PORTAL_TRUST, settings.PORTAL_KEYS = str(copy.trust), str(copy.toml)
    return copy


@pytest.fixture(scope="session")
def document():
    """A result of two pages, as the project makes them."""
    words = "<h1>Quyết định</h1><p>Cấp cho ông Nguyễn Văn Thử (dữ liệu thử nghiệm).</p>"
    page = f"<html lang='vi'><title>Quyết định</title>{words}<p style='break-before: page'>Trang hai</p>"
    return weasyprint.HTML(string=page).write_pdf(pdf_variant="pdf/ua-1")


@pytest.fixture(scope="session")
def picture():
    """What a seal looks like: 60 × 25 mm."""
    page = "<style>@page { size: 60mm 25mm; margin: 2mm } body { background: #fdd; color: #a00 }</style>Đã đóng dấu"
    return weasyprint.HTML(string=page).write_pdf()


@pytest.fixture
def without_pango(monkeypatch):
    """As on a machine without Pango: loading it is an OSError."""

    class Away:
        def find_spec(self, name, *_more):
            if name == "weasyprint":
                raise OSError("cannot load library 'libpango-1.0-0'")

    for name in [name for name in sys.modules if name.split(".")[0] == "weasyprint"]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setattr(sys, "meta_path", [Away(), *sys.meta_path])
