package org.tokenfilter.store.tck;

import java.time.Instant;
import java.util.Map;
import java.util.Set;
import org.tokenfilter.store.Confirmation;
import org.tokenfilter.store.ExternalId;
import org.tokenfilter.store.Origin;
import org.tokenfilter.store.TokenDetails;

/** Details in which each component has a value of its own. */
final class SampleDetails {

  private SampleDetails() {}

  /** Returns details without a null, with the given version. */
  static TokenDetails full(long version) {
    return new TokenDetails(
        version,
        Set.of("admin", "r\u00f4le, with \"signs\"; and\ta tab"),
        Map.of("tenant", "7", "empty", "", "", "no name"),
        new Confirmation(Confirmation.Method.JWK_THUMBPRINT, "0ZcOCORZNYy-DWpqq30jZyJGHTN0d2Hgl"),
        Instant.parse("2026-03-01T12:00:00.001Z"),
        "urn:example:acr:2",
        new Origin(
            new ExternalId("https://idp.example", "sid 1"),
            new ExternalId("https://idp.example", "sub 1")),
        "my phone",
        Map.of(".tf", "the library's", "cart", "3"));
  }

  /** Returns details that differ from {@link #full} in each component, with the given version. */
  static TokenDetails other(long version) {
    return new TokenDetails(
        version,
        Set.of("guest"),
        Map.of("tenant", "8"),
        new Confirmation(Confirmation.Method.CERTIFICATE_THUMBPRINT, "bwcK0esc3ACC3DB2Y5_lESsXE8o"),
        Instant.parse("2026-03-01T12:00:00.002Z"),
        "urn:example:acr:3",
        new Origin(null, new ExternalId("https://idp.example", "sub 2")),
        "my desk",
        Map.of("cart", "4"));
  }
}
