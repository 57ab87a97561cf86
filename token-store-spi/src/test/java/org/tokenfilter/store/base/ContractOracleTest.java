package org.tokenfilter.store.base;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.RepeatedTest;
import org.tokenfilter.store.Changes;
import org.tokenfilter.store.ExternalId;
import org.tokenfilter.store.InMemoryTokenStore;
import org.tokenfilter.store.Limit;
import org.tokenfilter.store.Origin;
import org.tokenfilter.store.PageCursor;
import org.tokenfilter.store.Renewal;
import org.tokenfilter.store.Revocation;
import org.tokenfilter.store.RevocationReason;
import org.tokenfilter.store.Selection;
import org.tokenfilter.store.SweepResult;
import org.tokenfilter.store.TokenDetails;
import org.tokenfilter.store.TokenId;
import org.tokenfilter.store.TokenKind;
import org.tokenfilter.store.TokenRecord;
import org.tokenfilter.store.TokenStore;

/**
 * The base class beside the store in memory: after each of many random calls both have given the
 * same answer, hold the same records and have told the same changes.
 */
class ContractOracleTest {

  private static final int STEPS = 400;
  private static final int IDS = 24;
  private static final int ALL = 1000;
  private static final Instant START = Instant.parse("2026-01-02T12:00:00Z");
  private static final Clock CLOCK = Clock.fixed(START, ZoneOffset.UTC);
  private static final List<String> SUBJECTS = List.of("alice", "bob");

  private final long seed = System.nanoTime();
  private final Random random = new Random(seed);
  private final TreeMap<String, byte[]> tree = new TreeMap<>();
  private final TokenStore tested = new TreeStore(tree, CLOCK);
  private final TokenStore oracle = new InMemoryTokenStore(CLOCK, Duration.ofDays(3650));
  private final List<TokenId> ids = new ArrayList<>();
  private @Nullable String testedCursor;
  private @Nullable String oracleCursor;
  private Instant now = START;

  @RepeatedTest(30)
  void bothStoresAgreeAfterEachRandomCall() {
    for (int i = 0; i < IDS; i++) {
      ids.add(randomId());
    }
    changesOfTested();
    changesOfOracle();
    for (int step = 0; step < STEPS; step++) {
      now = now.plusMillis(random.nextInt(20_000));
      Call call = call();
      String when = "seed %d, step %d: %s".formatted(seed, step, call.text());
      assertThat(answer(tested, call)).as(when).isEqualTo(answer(oracle, call));
      assertThat(state(tested)).as(when).isEqualTo(state(oracle));
      assertThat(changesOfTested()).as(when).isEqualTo(changesOfOracle());
    }
    emptyBoth();
    assertThat(tree.keySet()).as("seed %d", seed).allMatch(key -> key.matches("h|[cmf].*"));
  }

  private record Call(String text, Function<TokenStore, Object> run) {}

  private Call call() {
    return switch (random.nextInt(12)) {
      case 0, 1, 2, 3 -> insert();
      case 4 -> renew();
      case 5, 6 -> amend();
      case 7 -> replace();
      case 8 -> revoke();
      case 9 -> revokeAll();
      case 10 -> sweep();
      default -> mark();
    };
  }

  private Call insert() {
    TokenRecord record = record(random.nextInt(3) == 0 ? anyId() : randomId());
    Limit limit =
        random.nextInt(3) == 0
            ? Limit.NONE
            : new Limit(
                1 + random.nextInt(3),
                random.nextBoolean() ? Limit.Policy.REJECT : Limit.Policy.EVICT_OLDEST);
    Instant at = now;
    ids.set(random.nextInt(IDS), record.id());
    return new Call(
        "insert %s %s at %s".formatted(record, limit, at), it -> it.insert(record, limit, at));
  }

  private Call renew() {
    Set<TokenId> some = new HashSet<>(List.of(anyId(), anyId(), anyId()));
    Instant at = now.minusSeconds(random.nextInt(40));
    List<Renewal> renewals =
        some.stream()
            .map(id -> new Renewal(id, at, random.nextBoolean() ? null : at.plusSeconds(60)))
            .toList();
    Instant time = now;
    return new Call("renew " + renewals, it -> it.renew(renewals, time));
  }

  private Call amend() {
    TokenId id = anyId();
    long expected = version(id);
    TokenDetails details =
        TokenDetails.NONE.amended(1 + random.nextInt(5)).origin(origin()).label("l").build();
    Instant at = now;
    return new Call(
        "amend %s %d %s".formatted(id, expected, details),
        it -> it.amend(id, expected, details, at));
  }

  private Call replace() {
    TokenId id = anyId();
    long expected = version(id);
    TokenRecord.Builder builder =
        oracle
            .find(id)
            .filter(found -> random.nextInt(4) > 0)
            .map(found -> record(randomId()).toBuilder().group(found.group()))
            .orElse(record(randomId()).toBuilder());
    TokenRecord successor = builder.parent(random.nextInt(9) == 0 ? anyId() : null).build();
    Limit limit = new Limit(1 + random.nextInt(3), Limit.Policy.REJECT);
    Instant at = now;
    ids.set(random.nextInt(IDS), successor.id());
    return new Call(
        "replace %s %d %s".formatted(id, expected, successor),
        it -> it.replace(id, expected, successor, limit, at));
  }

  private Call revoke() {
    TokenId id = anyId();
    Revocation revocation = Revocation.of(RevocationReason.CLOSED, now);
    return new Call("revoke " + id, it -> it.revoke(id, revocation));
  }

  private Call revokeAll() {
    String subject = SUBJECTS.get(random.nextInt(SUBJECTS.size()));
    Selection all =
        switch (random.nextInt(4)) {
          case 0 -> Selection.ofSubject(subject);
          case 1 -> Selection.ofGroup(subject, "g" + random.nextInt(2));
          case 2 -> Selection.ofExternalSession(external());
          default -> Selection.ofExternalAccount(external());
        };
    Selection some =
        random.nextBoolean() ? all : all.except(new HashSet<>(List.of(anyId(), anyId())));
    Revocation revocation = Revocation.of(RevocationReason.CLOSED, now);
    int limit = random.nextBoolean() ? ALL : 1 + random.nextInt(3);
    return new Call(
        "revokeAll %s limit %d".formatted(some, limit),
        it -> revokeAll(it, some, revocation, limit));
  }

  /** Revokes until there is no more: which records a limit lets through is up to the store. */
  private static Set<TokenId> revokeAll(
      TokenStore store, Selection selection, Revocation revocation, int limit) {
    Set<TokenId> all = new HashSet<>();
    List<TokenId> some;
    do {
      some = store.revokeAll(selection, revocation, limit);
      all.addAll(some);
    } while (some.size() >= limit);
    return all;
  }

  private Call sweep() {
    Instant expired = now.minusSeconds(random.nextInt(30));
    Instant dead = now.minusSeconds(random.nextInt(100));
    int limit = random.nextBoolean() ? ALL : 1 + random.nextInt(3);
    return new Call(
        "sweep %s %s %d".formatted(expired, dead, limit),
        it -> {
          SweepResult swept = it.sweep(0, expired, dead, limit);
          return List.of(Set.copyOf(swept.expired()), swept.deleted(), swept.more());
        });
  }

  private Call mark() {
    String name = "n" + random.nextInt(3);
    Instant until = now.plusSeconds(random.nextInt(30) - 2);
    Instant at = now;
    return new Call("mark %s %s".formatted(name, until), it -> it.mark(name, until, at));
  }

  private void emptyBoth() {
    Instant end = now.plus(Duration.ofDays(2));
    for (String subject : SUBJECTS) {
      Revocation revocation = Revocation.of(RevocationReason.CLOSED, now);
      revokeAll(tested, Selection.ofSubject(subject), revocation, ALL);
    }
    while (tested.sweep(0, end, end, ALL).more()) {
      assertThat(tree).isNotEmpty();
    }
  }

  private static Object answer(TokenStore store, Call call) {
    try {
      return call.run().apply(store);
    } catch (RuntimeException e) {
      return e.getClass();
    }
  }

  private Object state(TokenStore store) {
    return List.of(
        store.find(Set.copyOf(ids)),
        SUBJECTS.stream().map(subject -> listed(store, subject)).toList(),
        IntStream.range(0, 3).mapToObj(i -> store.marked("n" + i, now)).toList());
  }

  private List<TokenRecord> listed(TokenStore store, String subject) {
    List<TokenRecord> all = new ArrayList<>();
    List<TokenRecord> page = store.list(subject, now, null, 3);
    while (!page.isEmpty()) {
      all.addAll(page);
      page = store.list(subject, now, PageCursor.of(page.get(page.size() - 1)), 3);
    }
    return all;
  }

  private List<String> changesOfTested() {
    List<String> all = new ArrayList<>();
    testedCursor = changes(tested, testedCursor, all);
    return sorted(all);
  }

  private List<String> changesOfOracle() {
    List<String> all = new ArrayList<>();
    oracleCursor = changes(oracle, oracleCursor, all);
    return sorted(all);
  }

  private static String changes(TokenStore store, @Nullable String cursor, List<String> all) {
    Changes page = store.changes(0, cursor, 2);
    assertThat(page.known()).isTrue();
    page.changes().forEach(change -> all.add(change.toString()));
    return page.more() ? changes(store, page.cursor(), all) : page.cursor();
  }

  private static List<String> sorted(List<String> texts) {
    return texts.stream().sorted().collect(Collectors.toList());
  }

  private TokenRecord record(TokenId id) {
    TokenRecord.Builder record =
        TokenRecord.builder(
                id,
                TokenKind.SESSION,
                SUBJECTS.get(random.nextInt(SUBJECTS.size())),
                now.minusSeconds(random.nextInt(3)))
            .group(random.nextInt(3) == 0 ? null : "g" + random.nextInt(2))
            .parent(random.nextInt(3) == 0 ? anyId() : null)
            .expiresAt(random.nextBoolean() ? null : now.plusSeconds(random.nextInt(200)));
    if (random.nextBoolean()) {
      record.idleTimeout(Duration.ofSeconds(1 + random.nextInt(100)));
    }
    return record.details(TokenDetails.NONE.toBuilder().origin(origin()).build()).build();
  }

  private @Nullable Origin origin() {
    return switch (random.nextInt(4)) {
      case 0 -> new Origin(external(), null);
      case 1 -> new Origin(null, external());
      case 2 -> new Origin(external(), external());
      default -> null;
    };
  }

  private ExternalId external() {
    return new ExternalId("i", "e" + random.nextInt(3));
  }

  private long version(TokenId id) {
    return random.nextInt(4) == 0 ? 7 : oracle.find(id).map(TokenRecord::version).orElse(0L);
  }

  private TokenId anyId() {
    return ids.get(random.nextInt(IDS));
  }

  private TokenId randomId() {
    byte[] bytes = new byte[TokenId.LENGTH];
    random.nextBytes(bytes);
    return TokenId.of(bytes);
  }
}
