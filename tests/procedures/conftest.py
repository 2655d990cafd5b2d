"""Who works in the admin."""

import pytest

from organisation.models import User


@pytest.fixture
def sign_in(client):
    def signed_in(role, name="person"):
        client.force_login(User.objects.create_user(name, role=role, is_staff=True))
        return client

    return signed_in


@pytest.fixture
def steward(sign_in):
    return sign_in("steward")
