package org.tokenfilter.store.tck;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.tokenfilter.store.InsertResult.Outcome.GROUP_FULL;
import static org.tokenfilter.store.Limit.Policy.REJECT;
import static org.tokenfilter.store.tck.StoreFixture.IDLE;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.tokenfilter.store.DuplicateTokenException;
import org.tokenfilter.store.InsertResult;
import org.tokenfilter.store.Limit;
import org.tokenfilter.store.Revocation;
import org.tokenfilter.store.RevocationReason;
import org.tokenfilter.store.TokenRecord;

/** S7: the replacement of a record by a successor. */
interface ReplacementClauses extends StoreUnderTest {

  @Test
  default void s07_successorTakesThePlaceAndIsNamed() {
    StoreFixture fixture = new StoreFixture(this);
    TokenRecord old = fixture.insert(fixture.sliding());
    TokenRecord successor = fixture.sliding().build();

    assertThat(store().replace(old.id(), successor, fixture.now())).isTrue();
    assertThat(fixture.find(old))
        .isEqualTo(
            old.revoked(new Revocation(fixture.now(), RevocationReason.REPLACED, successor.id())));
    fixture.assertUnchanged(successor);
    assertThat(fixture.live()).containsExactly(successor);
  }

  @Test
  default void s07_successorIsNotCountedButTakesItsPlaceInTheGroup() {
    StoreFixture fixture = new StoreFixture(this);
    Limit two = new Limit(2, REJECT);
    TokenRecord old = fixture.insert(fixture.lasting().group(fixture.group));
    fixture.insert(fixture.lasting().group(fixture.group));
    TokenRecord successor = fixture.lasting().group(fixture.group).build();

    assertThat(store().replace(old.id(), successor, fixture.now())).isTrue();
    assertThat(store().insert(fixture.lasting().group(fixture.group).build(), two, fixture.now()))
        .isEqualTo(InsertResult.of(GROUP_FULL));
  }

  @Test
  default void s07_onlyRecordsLiveAtTheGivenTimeAreReplaced() {
    StoreFixture fixture = new StoreFixture(this);
    TokenRecord expired = fixture.insert(fixture.sliding());
    fixture.advance(IDLE);
    TokenRecord ended = fixture.revoke(fixture.insert(fixture.lasting()));
    TokenRecord unknown = fixture.lasting().build();

    for (TokenRecord dead : List.of(expired, ended, unknown)) {
      TokenRecord successor = fixture.lasting().build();
      assertThat(store().replace(dead.id(), successor, fixture.now())).isFalse();
      fixture.assertUnknown(successor);
    }
    fixture.assertUnchanged(expired, ended);
    assertThat(
            store().replace(expired.id(), fixture.lasting().build(), fixture.now().minusMillis(1)))
        .isTrue();
  }

  @Test
  default void s07_nothingIsReplacedTwice() {
    StoreFixture fixture = new StoreFixture(this);
    TokenRecord old = fixture.insert(fixture.lasting());
    TokenRecord first = fixture.lasting().build();
    TokenRecord second = fixture.lasting().build();

    assertThat(store().replace(old.id(), first, fixture.now())).isTrue();
    assertThat(otherNode().replace(old.id(), second, fixture.now())).isFalse();
    fixture.assertUnknown(second);
    assertThat(fixture.live()).containsExactly(first);
  }

  @Test
  default void s07_successorWhoseIdIsTakenChangesNothing() {
    StoreFixture fixture = new StoreFixture(this);
    TokenRecord old = fixture.insert(fixture.lasting());
    TokenRecord taken = fixture.insert(fixture.sliding());

    assertThatExceptionOfType(DuplicateTokenException.class)
        .isThrownBy(
            () ->
                store().replace(old.id(), fixture.lastingWith(taken.id()).build(), fixture.now()));
    fixture.assertUnchanged(old, taken);
  }

  @Test
  default void s07_invalidSuccessorChangesNothing() {
    StoreFixture fixture = new StoreFixture(this);
    TokenRecord old = fixture.insert(fixture.lasting().group(fixture.group));
    TokenRecord parent = fixture.insert(fixture.lasting());

    for (TokenRecord unfit :
        List.of(
            fixture.lasting().build(),
            fixture.lasting().group(fixture.group + "2").build(),
            fixture.lasting().group(fixture.group).parent(parent.id()).build(),
            fixture.lasting().group(fixture.group).revocation(fixture.closedNow()).build())) {
      assertThatIllegalArgumentException()
          .isThrownBy(() -> store().replace(old.id(), unfit, fixture.now()));
      fixture.assertUnknown(unfit);
    }
    fixture.assertUnchanged(old, parent);
  }
}
