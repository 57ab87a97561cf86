package org.tokenfilter.store.tck;

import static org.tokenfilter.store.tck.StoreFixture.LONG_AGO;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.function.Predicate;
import org.tokenfilter.store.AmendResult;
import org.tokenfilter.store.Change;
import org.tokenfilter.store.Changes;
import org.tokenfilter.store.InsertResult;
import org.tokenfilter.store.Limit;
import org.tokenfilter.store.RevocationReason;
import org.tokenfilter.store.Selection;
import org.tokenfilter.store.SweepResult;
import org.tokenfilter.store.TokenDetails;
import org.tokenfilter.store.TokenId;
import org.tokenfilter.store.TokenRecord;
import org.tokenfilter.store.TokenStore;

/**
 * A call of a store method whose correct answer is known and not empty. To be made only once, since
 * some calls change the data. No call changes the answer of another one.
 *
 * @param method the name of the method
 * @param check the call, which returns whether the answer is correct
 */
record CallWithKnownAnswer(String method, Predicate<TokenStore> check) {

  boolean isAnsweredBy(TokenStore store) {
    return check.test(store);
  }

  /** Prepares the data, and returns one call for each method of the store. */
  static List<CallWithKnownAnswer> all(StoreUnderTest tested) {
    StoreFixture fixture = new StoreFixture(tested);
    StoreFixture other = new StoreFixture(tested);
    Instant now = fixture.now();
    Instant soon = now.plus(Duration.ofMinutes(1));
    TokenRecord found = fixture.insert(fixture.sliding());
    TokenRecord stale = fixture.insert(fixture.lasting());
    TokenRecord old = fixture.insert(fixture.lasting());
    TokenRecord open = fixture.insert(fixture.lasting());
    TokenRecord used = fixture.insert(fixture.sliding());
    TokenRecord due = fixture.insert(fixture.lasting().expiresAt(soon));
    TokenRecord others = other.insert(other.lasting());
    TokenRecord fresh = fixture.lasting().build();
    TokenRecord successor = fixture.lasting().build();
    TokenDetails details = StoreFixture.changed(stale);
    String taken = "taken-" + StoreFixture.newId();
    tested.store().mark(taken, now.plus(Duration.ofHours(1)), now);
    TokenRecord closed = fixture.insert(fixture.lasting());
    int shard = tested.store().shardOf(closed.id());
    String cursor = tested.store().changes(shard, null, 1).cursor();
    fixture.revoke(closed);
    return List.of(
        new CallWithKnownAnswer(
            "find", store -> found.equals(store.find(List.of(found.id())).get(found.id()))),
        new CallWithKnownAnswer(
            "list", store -> store.list(fixture.subject, now, null, 99).contains(found)),
        new CallWithKnownAnswer(
            "insert",
            store ->
                store.insert(fresh, Limit.NONE, now).outcome() == InsertResult.Outcome.INSERTED),
        new CallWithKnownAnswer(
            "renew", store -> store.renew(List.of(fixture.renewal(used)), now).isEmpty()),
        new CallWithKnownAnswer(
            "amend", store -> store.amend(stale.id(), 0, details, now) == AmendResult.AMENDED),
        new CallWithKnownAnswer(
            "replace", store -> store.replace(old.id(), 0, successor, Limit.NONE, now)),
        new CallWithKnownAnswer(
            "revoke", store -> store.revoke(open.id(), fixture.closedNow()).contains(open.id())),
        new CallWithKnownAnswer(
            "revokeAll",
            store ->
                store
                    .revokeAll(Selection.ofSubject(other.subject), fixture.closedNow(), 9)
                    .contains(others.id())),
        new CallWithKnownAnswer(
            "changes", store -> tells(store.changes(shard, cursor, 999), closed.id())),
        new CallWithKnownAnswer(
            "sweep",
            store -> {
              SweepResult sweep = sweep(store, due.id(), soon.plusMillis(1));
              return sweep.more() || sweep.expired().contains(due.id());
            }),
        new CallWithKnownAnswer(
            "mark", store -> store.mark("new-" + StoreFixture.newId(), now.plusSeconds(60), now)),
        new CallWithKnownAnswer("marked", store -> store.marked(taken, now)));
  }

  private static boolean tells(Changes answer, TokenId revoked) {
    return answer.more()
        || answer.changes().contains(Change.revoked(revoked, RevocationReason.CLOSED));
  }

  private static SweepResult sweep(TokenStore store, TokenId due, Instant expiredBefore) {
    return store.sweep(store.shardOf(due), expiredBefore, LONG_AGO, 100);
  }
}
