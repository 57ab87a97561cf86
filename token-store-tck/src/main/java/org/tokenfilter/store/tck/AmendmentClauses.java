package org.tokenfilter.store.tck;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.tokenfilter.store.AmendResult.AMENDED;
import static org.tokenfilter.store.AmendResult.ENDED;
import static org.tokenfilter.store.AmendResult.STALE;
import static org.tokenfilter.store.Limit.Policy.REJECT;
import static org.tokenfilter.store.tck.StoreFixture.IDLE;
import static org.tokenfilter.store.tck.StoreFixture.changed;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.tokenfilter.store.InsertResult;
import org.tokenfilter.store.Limit;
import org.tokenfilter.store.TokenDetails;
import org.tokenfilter.store.TokenRecord;

/** S19: new details of a record. */
interface AmendmentClauses extends StoreUnderTest {

  @Test
  default void s19_detailsAreReplacedAsAWhole() {
    StoreFixture fixture = new StoreFixture(this);
    TokenRecord record = fixture.insert(fixture.lasting().details(SampleDetails.full(0)));
    TokenDetails poor = TokenDetails.NONE.amended(2).build();

    for (TokenDetails details : List.of(SampleDetails.other(1), poor, SampleDetails.full(3))) {
      assertThat(otherNode().amend(record.id(), record.version(), details, fixture.now()))
          .isEqualTo(AMENDED);
      record = record.amended(details);
      fixture.assertUnchanged(record);
      assertThat(store().list(fixture.subject, fixture.now(), null, 9)).containsExactly(record);
    }
  }

  @Test
  default void s19_everythingElseStays() {
    StoreFixture fixture = new StoreFixture(this);
    TokenRecord parent = fixture.insert(fixture.lasting());
    TokenRecord record =
        fixture.insert(
            fixture
                .sliding()
                .group(fixture.group)
                .parent(parent.id())
                .client("a client")
                .binding("2001:db8::/64")
                .expiresAt(fixture.now().plus(Duration.ofDays(1))));
    fixture.advance(Duration.ofMinutes(10));
    store().renew(List.of(fixture.renewal(record)), fixture.now());
    TokenRecord renewed = record.renewed(fixture.renewal(record));
    fixture.advance(Duration.ofMinutes(10));

    TokenRecord amended = fixture.amend(renewed, SampleDetails.full(1));
    fixture.assertUnchanged(amended, parent);
    TokenRecord rival = fixture.lasting().group(fixture.group).build();
    assertThat(store().insert(rival, new Limit(1, REJECT), fixture.now()).outcome())
        .isEqualTo(InsertResult.Outcome.GROUP_FULL);
    assertThat(store().revoke(parent.id(), fixture.closedNow())).contains(record.id());
    fixture.assertUnchanged(amended.revoked(fixture.closedNow()));
  }

  @Test
  default void s19_otherVersionIsStale() {
    StoreFixture fixture = new StoreFixture(this);
    TokenRecord read = fixture.insert(fixture.lasting());

    assertThat(store().amend(read.id(), 1, changed(read), fixture.now())).isEqualTo(STALE);
    fixture.assertUnchanged(read);
    TokenRecord amended = fixture.amend(read, changed(read));
    assertThat(otherNode().amend(read.id(), 0, changed(read), fixture.now())).isEqualTo(STALE);
    // A repeated call is stale as well: its own version is there.
    assertThat(store().amend(read.id(), 0, amended.details(), fixture.now())).isEqualTo(STALE);
    fixture.assertUnchanged(amended);
  }

  @Test
  default void s19_versionsAreAnySixtyFourBits() {
    StoreFixture fixture = new StoreFixture(this);
    TokenRecord record = fixture.insert(fixture.lasting());

    for (long version :
        List.of(Long.MAX_VALUE, Long.MIN_VALUE, -1L, 1L << 53 | 1L, 1L << 53, 1L << 32, 1L)) {
      TokenDetails details =
          record.details().amended(version).data(Map.of("version", "v" + version)).build();
      assertThat(store().amend(record.id(), record.version() ^ 2L, details, fixture.now()))
          .isEqualTo(STALE);
      record = fixture.amend(record, details);
      fixture.assertUnchanged(record);
    }
  }

  @Test
  default void s19_onlyRecordsLiveAtTheGivenTimeAreAmended() {
    StoreFixture fixture = new StoreFixture(this);
    TokenRecord expired = fixture.insert(fixture.sliding());
    fixture.advance(IDLE);
    TokenRecord ended = fixture.revoke(fixture.insert(fixture.lasting()));
    TokenRecord unknown = fixture.lasting().build();

    for (TokenRecord dead : List.of(expired, ended, unknown)) {
      for (long version : List.of(0, 9)) {
        assertThat(store().amend(dead.id(), version, changed(dead), fixture.now()))
            .isEqualTo(ENDED);
      }
    }
    fixture.assertUnchanged(expired, ended);
    fixture.assertUnknown(unknown);
    TokenDetails details = changed(expired);
    assertThat(store().amend(expired.id(), 0, details, fixture.now().minusMillis(1)))
        .isEqualTo(AMENDED);
    fixture.assertUnchanged(expired.amended(details));
  }

  @Test
  default void s19_versionMustBeNew() {
    StoreFixture fixture = new StoreFixture(this);
    TokenRecord record = fixture.insert(fixture.lasting());
    TokenRecord amended = fixture.amend(record, SampleDetails.full(7));

    for (TokenDetails unfit : List.of(SampleDetails.other(0), SampleDetails.other(7))) {
      assertThatIllegalArgumentException()
          .isThrownBy(() -> store().amend(record.id(), 7, unfit, fixture.now()));
    }
    fixture.assertUnchanged(amended);
  }

  @Test
  default void s19_laterCallsKeepTheDetails() {
    StoreFixture fixture = new StoreFixture(this);
    TokenRecord record = fixture.insert(fixture.sliding());
    TokenRecord amended = fixture.amend(record, SampleDetails.full(1));
    fixture.advance(Duration.ofMinutes(1));

    assertThat(store().renew(List.of(fixture.renewal(amended)), fixture.now())).isEmpty();
    TokenRecord renewed = amended.renewed(fixture.renewal(amended));
    fixture.assertUnchanged(renewed);
    TokenRecord ended = fixture.revoke(renewed);
    fixture.assertUnchanged(ended);
  }
}
