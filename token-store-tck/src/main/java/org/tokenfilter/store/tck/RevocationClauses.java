package org.tokenfilter.store.tck;

import static org.assertj.core.api.Assertions.assertThat;
import static org.tokenfilter.store.tck.StoreFixture.IDLE;
import static org.tokenfilter.store.tck.StoreFixture.LONG_AGO;
import static org.tokenfilter.store.tck.StoreFixture.ids;

import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.tokenfilter.store.Limit;
import org.tokenfilter.store.Revocation;
import org.tokenfilter.store.RevocationReason;
import org.tokenfilter.store.TokenId;
import org.tokenfilter.store.TokenRecord;

/** S8 and S9: revocations are final and include the children. */
interface RevocationClauses extends StoreUnderTest {

  @Test
  default void s08_firstRevocationWins() {
    StoreFixture fixture = new StoreFixture(this);
    TokenRecord record = fixture.insert(fixture.sliding());
    Revocation first =
        new Revocation(fixture.now(), RevocationReason.REPLACED, StoreFixture.newId());

    assertThat(store().revoke(record.id(), first)).containsExactly(record.id());
    assertThat(store().revoke(record.id(), first)).isEmpty();
    assertThat(
            otherNode()
                .revoke(
                    record.id(),
                    Revocation.of(RevocationReason.CLOSED, fixture.now().minusMillis(1))))
        .isEmpty();
    fixture.assertFound(record.revoked(first));
  }

  @Test
  default void s08_expiredRecordIsRevokedLikeALiveOne() {
    StoreFixture fixture = new StoreFixture(this);
    TokenRecord record = fixture.insert(fixture.sliding());
    fixture.advance(IDLE.plusMinutes(1));

    assertThat(store().revoke(record.id(), fixture.closedNow())).containsExactly(record.id());
    fixture.assertFound(record.revoked(fixture.closedNow()));
  }

  @Test
  default void s08_unknownRecordIsNotRevoked() {
    StoreFixture fixture = new StoreFixture(this);
    TokenRecord unknown = fixture.lasting().build();

    assertThat(store().revoke(unknown.id(), fixture.closedNow())).isEmpty();
    fixture.assertUnknown(unknown);
  }

  @Test
  default void s09_childrenAreRevokedWithTheirParent() {
    StoreFixture fixture = new StoreFixture(this);
    TokenRecord parent = fixture.insert(fixture.lasting());
    TokenRecord one = fixture.insert(fixture.sliding().parent(parent.id()));
    TokenRecord other = fixture.insert(fixture.lasting().parent(parent.id()));
    TokenRecord ended = fixture.revoke(fixture.insert(fixture.sliding().parent(parent.id())));
    TokenRecord stranger = fixture.insert(fixture.lasting());
    fixture.advance(IDLE);
    Revocation replaced = new Revocation(fixture.now(), RevocationReason.REPLACED, stranger.id());
    Revocation childs = Revocation.of(RevocationReason.REPLACED, fixture.now());

    List<TokenId> answer = store().revoke(parent.id(), replaced);

    assertThat(answer)
        .startsWith(parent.id())
        .containsExactlyInAnyOrderElementsOf(ids(parent, one, other));
    assertThat(Stream.of(parent, one, other).map(fixture::find))
        .containsExactly(parent.revoked(replaced), one.revoked(childs), other.revoked(childs));
    fixture.assertUnchanged(ended, stranger);
  }

  @Test
  default void s09_parentOutlivesItsChild() {
    StoreFixture fixture = new StoreFixture(this);
    TokenRecord parent = fixture.insert(fixture.lasting());
    TokenRecord child = fixture.insert(fixture.sliding().parent(parent.id()));
    TokenRecord sibling = fixture.insert(fixture.sliding().parent(parent.id()));

    assertThat(store().revoke(child.id(), fixture.closedNow())).containsExactly(child.id());
    fixture.assertUnchanged(parent, sibling);
  }

  @Test
  default void s09_childrenAreRevokedHoweverTheirParentIs() {
    StoreFixture fixture = new StoreFixture(this);
    fixture.assumeThatSweepsFindAll();
    TokenRecord replaced = fixture.insert(fixture.lasting());
    TokenRecord evicted = fixture.insert(fixture.lasting().group(fixture.group));
    TokenRecord expired = fixture.insert(fixture.sliding());
    List<TokenRecord> children =
        Stream.of(replaced, evicted, expired)
            .map(parent -> fixture.insert(fixture.lasting().parent(parent.id())))
            .toList();
    Limit one = new Limit(1, Limit.Policy.EVICT_OLDEST);

    fixture.replace(store(), replaced, fixture.lasting().build());
    assertThat(
            store()
                .insert(fixture.lasting().group(fixture.group).build(), one, fixture.now())
                .evicted())
        .containsExactlyInAnyOrder(evicted.id(), children.get(1).id());
    fixture.advance(IDLE.plusMinutes(1));
    fixture.sweep(fixture.now(), LONG_AGO);

    assertThat(children.stream().map(fixture::find).map(StoreFixture::reason))
        .containsExactly(
            RevocationReason.REPLACED, RevocationReason.EVICTED, RevocationReason.EXPIRED);
  }
}
