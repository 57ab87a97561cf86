package org.tokenfilter.store.tck;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatNoException;

import java.time.Instant;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.tokenfilter.store.TokenDetails;
import org.tokenfilter.store.TokenKind;
import org.tokenfilter.store.TokenRecord;

class RecordComparisonTest {

  private final TokenRecord record =
      TokenRecord.builder(
              StoreFixture.newId(), TokenKind.OPEN, "alice", Instant.parse("2026-03-01T12:00:00Z"))
          .client("phone")
          .details(SampleDetails.full(7))
          .build();

  @Test
  void equalRecordsDoNotDiffer() {
    assertThatNoException()
        .isThrownBy(() -> RecordComparison.assertSame(record.toBuilder().build(), record));
    assertThat(RecordComparison.differences(record, record)).isEmpty();
  }

  @Test
  void onlyComponentsThatDifferAreNamed() {
    TokenDetails details = record.details().toBuilder().label(null).build();
    TokenRecord found = record.toBuilder().client("desk").details(details).build();

    assertThat(RecordComparison.differences(found, record))
        .containsExactly(
            "client: expected phone, found desk", "details.label: expected my phone, found null");
    assertThatExceptionOfType(AssertionError.class)
        .isThrownBy(() -> RecordComparison.assertSame(found, record))
        .withMessageContaining(record.id().toString())
        .withMessageContaining("client")
        .withMessageNotContaining("roles");
  }

  @Test
  void longValuesAreCutAtTheirFirstDifference() {
    String start = "x".repeat(3_000);
    TokenRecord found = record.toBuilder().attributes(Map.of("a", start + "?zz")).build();
    TokenRecord expected = record.toBuilder().attributes(Map.of("a", start + "\u017dzz")).build();

    assertThat(RecordComparison.differences(found, expected))
        .containsExactly(
            "details.attributes: expected 3007 characters, found 3007;"
                + " from character 3003 expected '\u017dzz}', found '?zz}'");
  }
}
