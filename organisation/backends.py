"""Django's permission checks, answered from the table of roles."""

from typing import Any

from django.contrib.auth.backends import BaseBackend, ModelBackend

from .roles import PERMISSIONS, may


class RoleBackend(ModelBackend):
    """Signs in by password; permissions come from `User.role` alone, never from groups."""

    def has_perm(self, user_obj: Any, perm: str, obj: Any = None) -> bool:
        return user_obj.is_active and may(user_obj.role, perm)

    def has_module_perms(self, user_obj: Any, app_label: str) -> bool:
        return user_obj.is_active and any(
            name.partition(".")[0] == app_label for name in PERMISSIONS.get(user_obj.role, {})
        )

    def get_all_permissions(self, user_obj: Any, obj: Any = None) -> set[str]:
        return BaseBackend.get_all_permissions(self, user_obj, obj)
