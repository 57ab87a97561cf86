package org.tokenfilter.store.tck;

import static org.tokenfilter.store.tck.Scene.IDLE;
import static org.tokenfilter.store.tck.Scene.LONG_AGO;
import static org.tokenfilter.store.tck.Scene.PLENTY;
import static org.tokenfilter.store.tck.Scene.WINDOW;

import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import org.tokenfilter.store.Insertion;
import org.tokenfilter.store.Limit;
import org.tokenfilter.store.Selection;
import org.tokenfilter.store.Sweep;
import org.tokenfilter.store.TokenRecord;
import org.tokenfilter.store.TokenStore;

/**
 * A call of a store method whose correct answer is known and not empty. To be made only once, since
 * some calls change the data.
 *
 * @param call the name of the method
 * @param test the call, which returns whether the answer is correct
 */
record Question(String call, Predicate<TokenStore> test) {

  boolean answeredTrulyBy(TokenStore store) {
    return test.test(store);
  }

  /** Prepares the data, and returns one call for each method of the store. */
  static List<Question> each(StoreUnderTest tested) {
    Scene scene = new Scene(tested);
    Scene other = new Scene(tested);
    TokenRecord found = scene.insert(scene.sliding());
    TokenRecord old = scene.insert(scene.lasting());
    TokenRecord open = scene.insert(scene.lasting());
    TokenRecord closed = scene.close(scene.insert(scene.lasting()));
    TokenRecord others = other.insert(other.lasting());
    TokenRecord fresh = scene.lasting().build();
    TokenRecord successor = scene.lasting().build();
    Instant now = scene.now();
    Instant late = now.plus(IDLE).plusMillis(1);
    return List.of(
        new Question("find", store -> store.find(found.id()).equals(Optional.of(found))),
        new Question(
            "list", store -> store.list(scene.subject, now, null, 9).containsAll(List.of(found))),
        new Question(
            "insert",
            store -> store.insert(fresh, Limit.NONE, now).outcome() == Insertion.Outcome.INSERTED),
        new Question("renew", store -> store.renew(List.of(scene.use(found)), now).isEmpty()),
        new Question("replace", store -> store.replace(old.id(), successor, now)),
        new Question("end", store -> store.end(open.id(), scene.closed()).contains(open.id())),
        new Question(
            "endAll",
            store ->
                store
                    .endAll(new Selection(other.subject, Set.of()), scene.closed(), 9)
                    .contains(others.id())),
        new Question(
            "endedWithin", store -> store.endedWithin(WINDOW, PLENTY).ids().contains(closed.id())),
        new Question(
            "sweep",
            store -> {
              Sweep sweep = store.sweep(late, LONG_AGO, 100);
              return sweep.more() || sweep.expired().contains(found.id());
            }));
  }
}
