package org.tokenfilter.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatNoException;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

class TokenDetailsTest {

  private static final Instant NOON = Instant.parse("2026-03-01T12:00:00Z");

  private final TokenDetails full =
      TokenDetails.NONE
          .amended(7)
          .roles(Set.of("user", "admin"))
          .attributes(Map.of("tenant", "7"))
          .confirmation(new Confirmation(Confirmation.Method.JWK_THUMBPRINT, "key"))
          .authenticated(NOON.plusNanos(1_999_999), "pwd")
          .origin(new Origin(new ExternalId("issuer", "sid"), null))
          .label("my phone")
          .data(Map.of("cart", "3"))
          .build();

  @Test
  void builderSetsEachComponent() {
    assertThat(full)
        .isEqualTo(
            new TokenDetails(
                7,
                Set.of("user", "admin"),
                Map.of("tenant", "7"),
                new Confirmation(Confirmation.Method.JWK_THUMBPRINT, "key"),
                NOON.plusMillis(1),
                "pwd",
                new Origin(new ExternalId("issuer", "sid"), null),
                "my phone",
                Map.of("cart", "3")));
    assertThat(full.toBuilder().build()).isEqualTo(full);
    assertThat(full.amended(8).label(null).build().version()).isEqualTo(8);
  }

  @Test
  void amendedDetailsHaveAVersionOfTheirOwn() {
    assertThatIllegalArgumentException().isThrownBy(() -> full.amended(0));
    assertThat(TokenDetails.NONE.version()).isZero();
  }

  @Test
  void textsHaveAMaximumLength() {
    assertThatNoException()
        .isThrownBy(
            () ->
                full.toBuilder()
                    .label("x".repeat(64))
                    .authenticated(null, "x".repeat(255))
                    .build());
    for (TokenDetails.Builder builder :
        List.of(
            full.toBuilder().label("x".repeat(65)),
            full.toBuilder().label("a\0"),
            full.toBuilder().authenticated(NOON, "x".repeat(256)),
            full.toBuilder().data(Map.of("name", "x".repeat(8189))),
            full.toBuilder().data(Map.of("\ud83d", "x")))) {
      assertThatIllegalArgumentException().isThrownBy(builder::build);
    }
    assertThatNoException()
        .isThrownBy(() -> full.toBuilder().data(Map.of("name", "x".repeat(8188))).build());
  }

  @Test
  void confirmationHasOneToAThousandBytes() {
    Confirmation.Method method = Confirmation.Method.PUBLIC_KEY;
    assertThatNoException().isThrownBy(() -> new Confirmation(method, "\u00e9".repeat(512)));
    for (String value : List.of("", "\u00e9".repeat(512) + "x", "a\0")) {
      assertThatIllegalArgumentException().isThrownBy(() -> new Confirmation(method, value));
    }
  }

  @Test
  void originAndExternalIdHaveTheirParts() {
    assertThatIllegalArgumentException().isThrownBy(() -> new Origin(null, null));
    for (String part : List.of("", "x".repeat(256), "a\0")) {
      assertThatIllegalArgumentException().isThrownBy(() -> new ExternalId(part, "x"));
      assertThatIllegalArgumentException().isThrownBy(() -> new ExternalId("x", part));
    }
  }

  @Test
  void selectionHasTheValuesOfItsCriterionOnly() {
    for (Selection.Criterion by : Selection.Criterion.values()) {
      assertThatIllegalArgumentException()
          .isThrownBy(() -> new Selection(by, null, null, null, Set.of()));
      assertThatIllegalArgumentException()
          .isThrownBy(
              () -> new Selection(by, "alice", "g", new ExternalId("issuer", "x"), Set.of()));
    }
  }

  @Test
  void revocationHasNoVersion() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new Change(Records.id(1), RevocationReason.CLOSED, 7));
  }

  @Test
  void unreadableRecordIsNotUnknown() {
    FindResult result = new FindResult(Map.of(), Set.of(Records.id(1)));

    assertThatExceptionOfType(TokenStoreException.class)
        .isThrownBy(() -> result.get(Records.id(1)))
        .satisfies(failure -> assertThat(failure.retryable()).isFalse());
    assertThat(result.get(Records.id(2))).isNull();
  }
}
