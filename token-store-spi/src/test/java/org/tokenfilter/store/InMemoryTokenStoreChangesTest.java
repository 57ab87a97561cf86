package org.tokenfilter.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.tokenfilter.store.Records.IDLE;
import static org.tokenfilter.store.Records.id;
import static org.tokenfilter.store.Records.lasting;
import static org.tokenfilter.store.Records.sliding;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** The changes, their cursors and their retention. */
class InMemoryTokenStoreChangesTest {

  private static final Instant LONG_AGO = Instant.EPOCH;

  private final SettableClock clock = new SettableClock();
  private final Instant start = clock.instant();
  private final TokenStore store = new InMemoryTokenStore(clock, Duration.ofHours(1));

  @Test
  void s12_everyKindOfRevocationExceptExpiryIsTold() {
    Limit one = new Limit(1, Limit.Policy.EVICT_OLDEST);
    insert(
        lasting(1, start).group("g").build(), lasting(2, start).build(), sliding(3, start).build());
    insert(
        sliding(4, start).parent(id(2)).build(),
        lasting(5, start).build(),
        lasting(8, start).parent(id(3)).build());
    String cursor = first();
    store.insert(lasting(6, start).group("g").build(), one, start);
    store.replace(id(6), 0, lasting(7, start).group("g").build(), Limit.NONE, start);
    store.revoke(id(2), closed());
    store.sweep(0, start.plus(IDLE).plusMillis(1), LONG_AGO, 9);
    store.revokeAll(Selection.ofSubject("alice").except(Set.of(id(7))), closed(), 9);

    assertThat(store.changes(0, cursor, 9).changes())
        .containsExactly(
            Change.revoked(id(1), RevocationReason.EVICTED),
            Change.revoked(id(6), RevocationReason.REPLACED),
            Change.revoked(id(2), RevocationReason.CLOSED),
            Change.revoked(id(4), RevocationReason.CLOSED),
            Change.revoked(id(8), RevocationReason.EXPIRED),
            Change.revoked(id(5), RevocationReason.CLOSED));
  }

  @Test
  void s12_amendmentIsToldWithItsVersion() {
    insert(lasting(1, start).build());
    String cursor = first();

    assertThat(amend(1, 0, 7)).isEqualTo(AmendResult.AMENDED);
    assertThat(amend(1, 0, 8)).isEqualTo(AmendResult.STALE);
    assertThat(amend(2, 0, 8)).isEqualTo(AmendResult.ENDED);

    assertThat(store.changes(0, cursor, 9).changes()).containsExactly(Change.amended(id(1), 7));
  }

  @Test
  void s12_pagesFollowOnEachOther() {
    String cursor = revokedAfterFirst(1, 2, 3);

    Changes one = store.changes(0, cursor, 2);
    Changes other = store.changes(0, one.cursor(), 2);

    assertThat(one.changes()).extracting(Change::id).containsExactly(id(1), id(2));
    assertThat(one.more()).isTrue();
    assertThat(other.changes()).extracting(Change::id).containsExactly(id(3));
    assertThat(other.more()).isFalse();
    assertThat(store.changes(0, one.cursor(), 2)).isEqualTo(other);
    assertThat(store.changes(0, other.cursor(), 2).changes()).isEmpty();
  }

  @Test
  void s12_answerHasTheTimeOfTheStoresClock() {
    clock.move(Duration.ofMinutes(1));

    assertThat(store.changes(0, null, 9).storeTime()).isEqualTo(start.plusSeconds(60));
  }

  @Test
  void s12_changesAreKeptForFourMinutes() {
    String cursor = revokedAfterFirst(1, 2);
    clock.move(Duration.ofMinutes(4));
    revokedAfterFirst(3);
    assertThat(store.changes(0, cursor, 9).changes()).hasSize(3);
    clock.move(Duration.ofMillis(1));
    revokedAfterFirst(4);

    Changes late = store.changes(0, cursor, 9);
    assertThat(late.known()).isFalse();
    assertThat(late.changes()).isEmpty();
    assertThat(store.changes(0, late.cursor(), 9).known()).isTrue();
  }

  @Test
  void s12_clockSetBackHidesNoChange() {
    String cursor = revokedAfterFirst(1);
    clock.move(Duration.ofMinutes(-30));
    revokedAfterFirst(2);
    clock.move(Duration.ofMinutes(30));
    revokedAfterFirst(3);

    assertThat(store.changes(0, cursor, 9).changes()).hasSize(3);
  }

  @Test
  void s12_cursorOfAnotherLifeIsUnknown() {
    TokenStore other = new InMemoryTokenStore(clock, Duration.ofHours(1));
    String life = first().substring(0, first().length() - 1);

    for (String cursor :
        List.of(
            other.changes(0, null, 9).cursor(), "", life, life + "1", life + "-1", life + "x")) {
      assertThat(store.changes(0, cursor, 9).known()).as(cursor).isFalse();
    }
  }

  private String first() {
    return store.changes(0, null, 9).cursor();
  }

  /** Inserts records, and revokes them; returns a cursor of the time in between. */
  private String revokedAfterFirst(int... numbers) {
    for (int number : numbers) {
      insert(lasting(number, start).build());
    }
    String cursor = first();
    for (int number : numbers) {
      store.revoke(id(number), closed());
    }
    return cursor;
  }

  private AmendResult amend(int number, long expected, long version) {
    return store.amend(id(number), expected, TokenDetails.NONE.amended(version).build(), start);
  }

  private Revocation closed() {
    return Revocation.of(RevocationReason.CLOSED, start);
  }

  private void insert(TokenRecord... records) {
    for (TokenRecord record : records) {
      store.insert(record, Limit.NONE, start);
    }
  }
}
