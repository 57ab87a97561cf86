package org.tokenfilter.store.tck;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatNoException;
import static org.tokenfilter.store.tck.StoreFixture.IDLE;
import static org.tokenfilter.store.tck.StoreFixture.LONG_AGO;
import static org.tokenfilter.store.tck.StoreFixture.changed;
import static org.tokenfilter.store.tck.StoreFixture.ids;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.tokenfilter.store.Change;
import org.tokenfilter.store.Limit;
import org.tokenfilter.store.Revocation;
import org.tokenfilter.store.RevocationReason;
import org.tokenfilter.store.Selection;
import org.tokenfilter.store.TokenRecord;

/** S12 and S17: the changes since an earlier question. */
interface ChangesClauses extends StoreUnderTest {

  @Test
  default void s12_everyKindOfChangeIsToldOnEveryNode() {
    StoreFixture fixture = new StoreFixture(this);
    StoreFixture other = new StoreFixture(this);
    TokenRecord closed = fixture.insert(fixture.lasting());
    TokenRecord child = fixture.insert(fixture.lasting().parent(closed.id()));
    TokenRecord evicted = fixture.insert(fixture.lasting().group(fixture.group));
    TokenRecord evicting = fixture.lasting().group(fixture.group).build();
    TokenRecord all = fixture.insert(fixture.lasting());
    TokenRecord live = other.insert(other.lasting());
    List<ChangeChain> chains = List.of(new ChangeChain(store()), new ChangeChain(otherNode()));

    store().revoke(closed.id(), fixture.closedNow());
    store().insert(evicting, new Limit(1, Limit.Policy.EVICT_OLDEST), fixture.now());
    fixture.replace(store(), evicting, fixture.lasting().group(fixture.group).build());
    store().revokeAll(Selection.ofSubject(fixture.subject), fixture.closedNow(), 9);

    for (ChangeChain chain : chains) {
      List<Change> changes = chain.read();
      assertThat(changes)
          .contains(
              Change.revoked(closed.id(), RevocationReason.CLOSED),
              Change.revoked(child.id(), RevocationReason.CLOSED),
              Change.revoked(evicted.id(), RevocationReason.EVICTED),
              Change.revoked(evicting.id(), RevocationReason.REPLACED),
              Change.revoked(all.id(), RevocationReason.CLOSED));
      assertThat(changes).extracting(Change::id).doesNotContain(live.id());
    }
  }

  @Test
  default void s12_childThatASweepRevokesBeforeItsTimeIsTold() {
    StoreFixture fixture = new StoreFixture(this);
    fixture.assumeThatSweepsFindAll();
    TokenRecord expired = fixture.insert(fixture.sliding());
    TokenRecord orphan = fixture.insert(fixture.lasting().parent(expired.id()));
    ChangeChain chain = new ChangeChain(otherNode());

    fixture.sweep(fixture.now().plus(IDLE).plusSeconds(60), LONG_AGO);

    assertThat(chain.read()).contains(Change.revoked(orphan.id(), RevocationReason.EXPIRED));
  }

  @Test
  default void s12_amendmentIsToldWithItsVersionAndNotAsAnEnd() {
    StoreFixture fixture = new StoreFixture(this);
    TokenRecord record = fixture.insert(fixture.lasting());
    ChangeChain chain = new ChangeChain(otherNode());

    TokenRecord once = fixture.amend(record, changed(record));
    assertThat(ofRecord(chain.read(), record))
        .containsOnly(Change.amended(record.id(), once.version()));
    TokenRecord twice = fixture.amend(once, changed(once));
    assertThat(ofRecord(chain.read(), record))
        .contains(Change.amended(record.id(), twice.version()))
        .allMatch(change -> change.revoked() == null, "is no revocation");
  }

  @Test
  default void s12_changesAreToldWhateverTheCallersClockSays() {
    StoreFixture fixture = new StoreFixture(this);
    Instant now = fixture.now();
    List<Duration> offsets =
        List.of(Duration.ofDays(-1), Duration.ofMinutes(-10), Duration.ZERO, Duration.ofDays(1));
    List<TokenRecord> records =
        offsets.stream().map(offset -> fixture.insert(fixture.lasting())).toList();
    ChangeChain chain = new ChangeChain(otherNode());
    for (int number = 0; number < records.size(); number++) {
      Instant at = now.plus(offsets.get(number));
      store().revoke(records.get(number).id(), Revocation.of(RevocationReason.CLOSED, at));
    }
    fixture.advance(Duration.ofSeconds(30));

    assertThat(ChangeChain.revoked(chain.read())).containsAll(ids(records));
  }

  @Test
  default void s12_changeIsToldAfterItsRecordIsDeleted() {
    StoreFixture fixture = new StoreFixture(this);
    fixture.assumeThatSweepsFindAll();
    TokenRecord record = fixture.insert(fixture.sliding());
    ChangeChain chain = new ChangeChain(store());
    fixture.revoke(record);
    Instant late = fixture.now().plus(IDLE).plusSeconds(60);
    fixture.sweep(late, late);
    fixture.assertUnknown(record);

    assertThat(ChangeChain.revoked(chain.read())).contains(record.id());
  }

  @Test
  default void s17_watchingCanBeStopped() throws Exception {
    StoreFixture fixture = new StoreFixture(this);
    AutoCloseable watching = store().watch(() -> {});
    TokenRecord record = fixture.insert(fixture.lasting());

    fixture.revoke(record);
    watching.close();
    assertThatNoException().isThrownBy(() -> fixture.revoke(fixture.insert(fixture.lasting())));
  }

  private static Stream<Change> ofRecord(List<Change> changes, TokenRecord record) {
    return changes.stream().filter(change -> change.id().equals(record.id()));
  }
}
