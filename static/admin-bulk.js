"use strict";

// Long work is done in slices, one for each time its page is asked for: ask again until none is left.
(() => {
    const AGAIN_AFTER = 5000; // milliseconds, when the portal did not answer

    const place = document.querySelector("[data-slices]");
    if (!place) {
        return;
    }

    const next = async () => {
        const response = await fetch(window.location.href, { headers: { Accept: "text/html" } });
        if (response.status >= 500) {
            throw new Error(response.statusText);
        }
        const page = new DOMParser().parseFromString(await response.text(), "text/html");
        const fresh = page.querySelector("[data-slices]");
        if (!fresh) {
            window.location.reload(); // the report, or the sign-in
            return;
        }
        place.replaceChildren(...fresh.childNodes);
        go();
    };

    const go = () => {
        next().catch(() => {
            place.querySelector("[data-slices-failed]").hidden = false;
            window.setTimeout(go, AGAIN_AFTER);
        });
    };

    go();
})();
