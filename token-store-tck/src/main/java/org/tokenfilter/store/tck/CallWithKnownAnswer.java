package org.tokenfilter.store.tck;

import static org.tokenfilter.store.tck.StoreFixture.IDLE;
import static org.tokenfilter.store.tck.StoreFixture.LARGE_LIMIT;
import static org.tokenfilter.store.tck.StoreFixture.LONG_AGO;
import static org.tokenfilter.store.tck.StoreFixture.WINDOW;

import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import org.tokenfilter.store.InsertResult;
import org.tokenfilter.store.Limit;
import org.tokenfilter.store.Selection;
import org.tokenfilter.store.SweepResult;
import org.tokenfilter.store.TokenRecord;
import org.tokenfilter.store.TokenStore;

/**
 * A call of a store method whose correct answer is known and not empty. To be made only once, since
 * some calls change the data.
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
    TokenRecord found = fixture.insert(fixture.sliding());
    TokenRecord old = fixture.insert(fixture.lasting());
    TokenRecord open = fixture.insert(fixture.lasting());
    TokenRecord closed = fixture.revoke(fixture.insert(fixture.lasting()));
    TokenRecord others = other.insert(other.lasting());
    TokenRecord fresh = fixture.lasting().build();
    TokenRecord successor = fixture.lasting().build();
    Instant now = fixture.now();
    Instant late = now.plus(IDLE).plusMillis(1);
    return List.of(
        new CallWithKnownAnswer("find", store -> store.find(found.id()).equals(Optional.of(found))),
        new CallWithKnownAnswer(
            "list", store -> store.list(fixture.subject, now, null, 9).containsAll(List.of(found))),
        new CallWithKnownAnswer(
            "insert",
            store ->
                store.insert(fresh, Limit.NONE, now).outcome() == InsertResult.Outcome.INSERTED),
        new CallWithKnownAnswer(
            "renew", store -> store.renew(List.of(fixture.renewal(found)), now).isEmpty()),
        new CallWithKnownAnswer("replace", store -> store.replace(old.id(), successor, now)),
        new CallWithKnownAnswer(
            "revoke", store -> store.revoke(open.id(), fixture.closedNow()).contains(open.id())),
        new CallWithKnownAnswer(
            "revokeAll",
            store ->
                store
                    .revokeAll(new Selection(other.subject, Set.of()), fixture.closedNow(), 9)
                    .contains(others.id())),
        new CallWithKnownAnswer(
            "revokedWithin",
            store -> store.revokedWithin(WINDOW, LARGE_LIMIT).ids().contains(closed.id())),
        new CallWithKnownAnswer(
            "sweep",
            store -> {
              SweepResult sweep = store.sweep(late, LONG_AGO, 100);
              return sweep.more() || sweep.expired().contains(found.id());
            }));
  }
}
