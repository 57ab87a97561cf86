package org.tokenfilter.store.tck;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.tokenfilter.store.InsertResult.Outcome.GROUP_FULL;
import static org.tokenfilter.store.Limit.Policy.REJECT;
import static org.tokenfilter.store.tck.StoreFixture.IDLE;
import static org.tokenfilter.store.tck.StoreFixture.changed;

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

    assertThat(fixture.replace(store(), old, successor)).isTrue();
    fixture.assertFound(
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

    assertThat(fixture.replace(store(), old, successor)).isTrue();
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
      assertThat(fixture.replace(store(), dead, successor)).isFalse();
      fixture.assertUnknown(successor);
    }
    fixture.assertUnchanged(expired, ended);
    assertThat(
            store()
                .replace(
                    expired.id(),
                    0,
                    fixture.lasting().build(),
                    Limit.NONE,
                    fixture.now().minusMillis(1)))
        .isTrue();
  }

  @Test
  default void s07_nothingIsReplacedTwice() {
    StoreFixture fixture = new StoreFixture(this);
    TokenRecord old = fixture.insert(fixture.lasting());
    TokenRecord first = fixture.lasting().build();
    TokenRecord second = fixture.lasting().build();

    assertThat(fixture.replace(store(), old, first)).isTrue();
    assertThat(fixture.replace(otherNode(), old, second)).isFalse();
    fixture.assertUnknown(second);
    assertThat(fixture.live()).containsExactly(first);
  }

  @Test
  default void s07_successorWhoseIdIsTakenChangesNothing() {
    StoreFixture fixture = new StoreFixture(this);
    TokenRecord old = fixture.insert(fixture.lasting());
    TokenRecord taken = fixture.insert(fixture.sliding());

    assertThatExceptionOfType(DuplicateTokenException.class)
        .isThrownBy(() -> fixture.replace(store(), old, fixture.lastingWith(taken.id()).build()));
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
            new StoreFixture(this).lasting().group(fixture.group).build(),
            fixture.lasting().group(fixture.group).parent(parent.id()).build(),
            fixture.lasting().group(fixture.group).revocation(fixture.closedNow()).build())) {
      assertThatIllegalArgumentException().isThrownBy(() -> fixture.replace(store(), old, unfit));
      fixture.assertUnknown(unfit);
    }
    fixture.assertUnchanged(old, parent);
  }

  @Test
  default void s07_onlyTheGivenVersionIsReplaced() {
    StoreFixture fixture = new StoreFixture(this);
    TokenRecord read = fixture.insert(fixture.lasting());
    TokenRecord amended = fixture.amend(read, changed(read));
    TokenRecord successor = fixture.lasting().details(amended.details()).build();

    assertThat(fixture.replace(store(), read, successor)).isFalse();
    assertThat(otherNode().replace(read.id(), 99, successor, Limit.NONE, fixture.now())).isFalse();
    fixture.assertUnchanged(amended);
    fixture.assertUnknown(successor);
    assertThat(fixture.replace(otherNode(), amended, successor)).isTrue();
    fixture.assertUnchanged(successor);
  }

  @Test
  default void s07_otherLiveRecordsOfTheGroupCountTowardsTheLimit() {
    StoreFixture fixture = new StoreFixture(this);
    TokenRecord expired = fixture.insert(fixture.sliding().group(fixture.group));
    fixture.advance(IDLE);
    TokenRecord old = fixture.insert(fixture.lasting().group(fixture.group));
    TokenRecord other = fixture.insert(fixture.lasting().group(fixture.group));
    fixture.revoke(fixture.insert(fixture.lasting().group(fixture.group)));
    fixture.insert(new StoreFixture(this).lasting().group(fixture.group));
    TokenRecord successor = fixture.lasting().group(fixture.group).build();

    for (Limit.Policy policy : Limit.Policy.values()) {
      Limit one = new Limit(1, policy);
      assertThat(store().replace(old.id(), 0, successor, one, fixture.now())).isFalse();
    }
    fixture.assertUnchanged(expired, old, other);
    fixture.assertUnknown(successor);
    assertThat(store().replace(old.id(), 0, successor, new Limit(2, REJECT), fixture.now()))
        .isTrue();
    fixture.revoke(other);
    TokenRecord next = fixture.lasting().group(fixture.group).build();
    assertThat(store().replace(successor.id(), 0, next, new Limit(1, REJECT), fixture.now()))
        .isTrue();
  }

  @Test
  default void s07_recordWithoutAGroupIsReplacedWhateverTheLimit() {
    StoreFixture fixture = new StoreFixture(this);
    TokenRecord old = fixture.insert(fixture.lasting());
    fixture.insert(fixture.lasting());
    TokenRecord successor = fixture.lasting().build();

    assertThat(store().replace(old.id(), 0, successor, new Limit(1, REJECT), fixture.now()))
        .isTrue();
  }
}
