package org.tokenfilter.store.tck;

import static org.assertj.core.api.Assertions.assertThat;
import static org.tokenfilter.store.InsertResult.Outcome.GROUP_FULL;
import static org.tokenfilter.store.InsertResult.Outcome.INSERTED;
import static org.tokenfilter.store.Limit.Policy.EVICT_OLDEST;
import static org.tokenfilter.store.tck.StoreFixture.IDLE;
import static org.tokenfilter.store.tck.StoreFixture.ids;

import java.time.Instant;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.tokenfilter.store.InsertResult;
import org.tokenfilter.store.Limit;
import org.tokenfilter.store.PageCursor;
import org.tokenfilter.store.Revocation;
import org.tokenfilter.store.RevocationReason;
import org.tokenfilter.store.TokenRecord;

/** S1: evictions from a full group. */
interface EvictionClauses extends StoreUnderTest {

  @Test
  default void s01_oldestIsEvictedAndNamed() {
    StoreFixture fixture = new StoreFixture(this);
    TokenRecord second = fixture.insert(since(fixture, 2));
    TokenRecord first = fixture.insert(since(fixture, 1));
    TokenRecord third = fixture.insert(since(fixture, 3));
    TokenRecord fourth = since(fixture, 4).build();

    InsertResult insertion = store().insert(fourth, new Limit(3, EVICT_OLDEST), fixture.now());

    assertThat(insertion).isEqualTo(new InsertResult(INSERTED, ids(first)));
    fixture.assertFound(first.revoked(evicted(fixture)));
    fixture.assertUnchanged(second, third, fourth);
  }

  @Test
  default void s01_asManyAreEvictedAsNeeded() {
    StoreFixture fixture = new StoreFixture(this);
    List<TokenRecord> old =
        Stream.of(1, 2, 3, 4).map(number -> fixture.insert(since(fixture, number))).toList();
    TokenRecord fifth = since(fixture, 5).build();

    InsertResult insertion = store().insert(fifth, new Limit(2, EVICT_OLDEST), fixture.now());

    assertThat(insertion.evicted()).containsExactlyInAnyOrderElementsOf(ids(old.subList(0, 3)));
    assertThat(fixture.live()).containsExactly(fifth, old.get(3));
  }

  @Test
  default void s01_lowerIdIsEvictedFirstAmongEquallyOld() {
    StoreFixture fixture = new StoreFixture(this);
    List<TokenRecord> old =
        Stream.of(1, 1, 1, 1, 1, 1)
            .map(number -> fixture.insert(since(fixture, number)))
            .sorted((one, other) -> PageCursor.of(one).compareTo(PageCursor.of(other)))
            .toList();

    InsertResult insertion =
        store().insert(since(fixture, 2).build(), new Limit(4, EVICT_OLDEST), fixture.now());

    assertThat(insertion.evicted()).containsExactlyInAnyOrderElementsOf(ids(old.subList(0, 3)));
  }

  @Test
  default void s01_deadRecordsAreNeitherCountedNorEvicted() {
    StoreFixture fixture = new StoreFixture(this);
    TokenRecord expired = fixture.insert(fixture.sliding().group(fixture.group));
    fixture.advance(IDLE);
    TokenRecord live = fixture.insert(fixture.lasting().group(fixture.group));
    TokenRecord next = fixture.lasting().group(fixture.group).build();

    assertThat(store().insert(next, new Limit(2, EVICT_OLDEST), fixture.now()))
        .isEqualTo(InsertResult.of(INSERTED));
    fixture.assertUnchanged(expired, live);
  }

  @Test
  default void s01_parentIsNeverEvictedForItsChild() {
    StoreFixture fixture = new StoreFixture(this);
    TokenRecord parent = fixture.insert(since(fixture, 1));
    TokenRecord other = fixture.insert(since(fixture, 2));
    TokenRecord child = since(fixture, 3).parent(parent.id()).build();

    assertThat(store().insert(child, new Limit(1, EVICT_OLDEST), fixture.now()))
        .isEqualTo(InsertResult.of(GROUP_FULL));
    fixture.assertUnchanged(parent, other);
    assertThat(store().insert(child, new Limit(2, EVICT_OLDEST), fixture.now()))
        .isEqualTo(new InsertResult(INSERTED, ids(other)));
    fixture.assertUnchanged(parent, child);
  }

  private static TokenRecord.Builder since(StoreFixture fixture, int seconds) {
    Instant issuedAt = fixture.now().plusSeconds(seconds);
    return fixture.lastingSince(issuedAt).group(fixture.group);
  }

  private static Revocation evicted(StoreFixture fixture) {
    return Revocation.of(RevocationReason.EVICTED, fixture.now());
  }
}
