package org.tokenfilter.store.tck;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.tokenfilter.store.InsertResult.Outcome.GROUP_FULL;
import static org.tokenfilter.store.InsertResult.Outcome.INSERTED;
import static org.tokenfilter.store.InsertResult.Outcome.PARENT_ENDED;
import static org.tokenfilter.store.Limit.Policy.EVICT_OLDEST;
import static org.tokenfilter.store.Limit.Policy.REJECT;
import static org.tokenfilter.store.tck.StoreFixture.IDLE;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.tokenfilter.store.DuplicateTokenException;
import org.tokenfilter.store.InsertResult;
import org.tokenfilter.store.Limit;
import org.tokenfilter.store.TokenRecord;

/** S1 and S2: accepted and rejected insertions. */
interface InsertionClauses extends StoreUnderTest {

  @Test
  default void s01_recordIsStoredWhileItsGroupHasRoom() {
    StoreFixture fixture = new StoreFixture(this);
    Limit two = new Limit(2, REJECT);
    fixture.insert(fixture.sliding().group(fixture.group));
    TokenRecord second = fixture.sliding().group(fixture.group).build();
    TokenRecord third = fixture.sliding().group(fixture.group).build();

    assertThat(otherNode().insert(second, two, fixture.now())).isEqualTo(InsertResult.of(INSERTED));
    assertThat(store().insert(third, two, fixture.now())).isEqualTo(InsertResult.of(GROUP_FULL));
    assertThat(otherNode().insert(third, two, fixture.now()))
        .isEqualTo(InsertResult.of(GROUP_FULL));
    fixture.assertUnknown(third);
  }

  @Test
  default void s01_otherGroupsAndRecordsWithoutOneDoNotCount() {
    StoreFixture fixture = new StoreFixture(this);
    Limit one = new Limit(1, REJECT);
    fixture.insert(fixture.sliding().group(fixture.group));

    for (TokenRecord other :
        List.of(
            fixture.sliding().group(fixture.group + "2").build(),
            new StoreFixture(this).sliding().group(fixture.group).build(),
            fixture.sliding().build(),
            fixture.sliding().build())) {
      assertThat(store().insert(other, one, fixture.now())).isEqualTo(InsertResult.of(INSERTED));
    }
  }

  @Test
  default void s01_onlyRecordsLiveAtTheGivenTimeCount() {
    StoreFixture fixture = new StoreFixture(this);
    Limit one = new Limit(1, REJECT);
    fixture.insert(fixture.sliding().group(fixture.group));
    TokenRecord second = fixture.lasting().group(fixture.group).build();
    TokenRecord third = fixture.lasting().group(fixture.group).build();

    fixture.advance(IDLE.minusMillis(1));
    assertThat(store().insert(second, one, fixture.now()).outcome()).isEqualTo(GROUP_FULL);
    fixture.advance(Duration.ofMillis(1));
    assertThat(store().insert(second, one, fixture.now()).outcome()).isEqualTo(INSERTED);
    assertThat(store().insert(third, one, fixture.now()).outcome()).isEqualTo(GROUP_FULL);
    fixture.revoke(second);
    assertThat(store().insert(third, one, fixture.now()).outcome()).isEqualTo(INSERTED);
  }

  @Test
  default void s01_parentMustBeLiveAtTheGivenTime() {
    StoreFixture fixture = new StoreFixture(this);
    TokenRecord live = fixture.insert(fixture.lasting());
    TokenRecord expired = fixture.insert(fixture.sliding());
    fixture.advance(IDLE);
    TokenRecord ended = fixture.insert(fixture.lasting());
    fixture.revoke(ended);
    TokenRecord unknown = fixture.lasting().build();

    for (TokenRecord parent : List.of(expired, ended, unknown)) {
      TokenRecord child = fixture.sliding().parent(parent.id()).build();
      assertThat(store().insert(child, Limit.NONE, fixture.now()))
          .isEqualTo(InsertResult.of(PARENT_ENDED));
      fixture.assertUnknown(child);
    }
    fixture.assertUnchanged(fixture.insert(fixture.sliding().parent(live.id())));
  }

  @Test
  default void s01_invalidNewRecordIsRejected() {
    StoreFixture fixture = new StoreFixture(this);
    TokenRecord parent = fixture.insert(fixture.lasting());
    TokenRecord child = fixture.insert(fixture.sliding().parent(parent.id()));
    TokenRecord grandchild = fixture.sliding().parent(child.id()).build();
    TokenRecord ended = fixture.sliding().revocation(fixture.closedNow()).build();

    TokenRecord others = new StoreFixture(this).sliding().parent(parent.id()).build();
    for (TokenRecord unfit : List.of(grandchild, ended, others)) {
      assertThatIllegalArgumentException()
          .isThrownBy(() -> store().insert(unfit, Limit.NONE, fixture.now()));
      fixture.assertUnknown(unfit);
    }
  }

  @Test
  default void s02_secondRecordOfOneIdChangesNothing() {
    StoreFixture fixture = new StoreFixture(this);
    TokenRecord oldest = fixture.insert(since(fixture, 1));
    TokenRecord live = fixture.insert(since(fixture, 2));
    TokenRecord ended = fixture.revoke(fixture.insert(fixture.sliding()));

    for (TokenRecord taken : List.of(live, ended)) {
      TokenRecord second =
          fixture.lastingWith(taken.id()).group(fixture.group).client("another").build();
      assertThatExceptionOfType(DuplicateTokenException.class)
          .isThrownBy(() -> otherNode().insert(second, new Limit(2, EVICT_OLDEST), fixture.now()));
    }
    fixture.assertUnchanged(oldest, live, ended);
  }

  @Test
  default void s02_idOfAnExpiredRecordIsTaken() {
    StoreFixture fixture = new StoreFixture(this);
    TokenRecord expired = fixture.insert(fixture.sliding());
    fixture.advance(IDLE);
    TokenRecord second = fixture.lastingWith(expired.id()).build();

    assertThatExceptionOfType(DuplicateTokenException.class)
        .isThrownBy(() -> store().insert(second, Limit.NONE, fixture.now()));
    fixture.assertUnchanged(expired);
  }

  private static TokenRecord.Builder since(StoreFixture fixture, int seconds) {
    Instant issuedAt = fixture.now().plusSeconds(seconds);
    return fixture.lastingSince(issuedAt).group(fixture.group);
  }
}
