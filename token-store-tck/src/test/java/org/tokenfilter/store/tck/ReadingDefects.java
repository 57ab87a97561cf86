package org.tokenfilter.store.tck;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.tokenfilter.store.PageCursor;
import org.tokenfilter.store.RecentRevocations;
import org.tokenfilter.store.Revocation;
import org.tokenfilter.store.TokenId;
import org.tokenfilter.store.TokenRecord;
import org.tokenfilter.store.TokenStore;

/** Violations of S3, S4, S11 and S12. */
final class ReadingDefects {

  private static final int ALL = 10_000;

  private ReadingDefects() {}

  static List<Defect> all() {
    return List.of(
        new Defect(
            "s03",
            "caches found records",
            (data, clock) -> new Defect.Nodes(new Node(data), new CachesForever(data))),
        Defect.of(
            "s04",
            "hides revoked records",
            data -> new Hides(data, one -> one.revocation() != null)),
        new Defect(
            "s04",
            "hides expired records",
            (data, clock) -> both(new Hides(data, one -> one.expiredAt(clock.instant())))),
        Defect.of("s11", "repeats the last record of a page", RepeatsLastOfPage::new),
        Defect.of("s11", "pages by time only", PagesByTimeOnly::new),
        Defect.of("s11", "lists the oldest first", ListsOldestFirst::new),
        Defect.of("s11", "lists expired records", ListsExpired::new),
        new Defect(
            "s12",
            "reports revocations by the callers' clocks",
            (data, clock) -> both(new ReportsByCallersClock(data, clock))),
        Defect.of(
            "s12",
            "reports no children",
            data -> new ReportsSome(data, one -> one.filter(it -> it.parent() != null).isEmpty())),
        Defect.of(
            "s12",
            "forgets revocations of deleted records",
            data -> new ReportsSome(data, Optional::isPresent)),
        Defect.of("s12", "claims that its report is complete", ClaimsCompleteness::new));
  }

  private static Defect.Nodes both(TokenStore node) {
    return new Defect.Nodes(node, node);
  }

  private static final class CachesForever extends Node {

    private final Map<TokenId, Optional<TokenRecord>> found = new ConcurrentHashMap<>();

    CachesForever(TokenStore data) {
      super(data);
    }

    @Override
    public Optional<TokenRecord> find(TokenId id) {
      return found.computeIfAbsent(id, delegate()::find);
    }
  }

  private static final class Hides extends Node {

    private final Predicate<TokenRecord> hidden;

    Hides(TokenStore data, Predicate<TokenRecord> hidden) {
      super(data);
      this.hidden = hidden;
    }

    @Override
    public Optional<TokenRecord> find(TokenId id) {
      return delegate().find(id).filter(hidden.negate());
    }
  }

  private static final class RepeatsLastOfPage extends Node {

    RepeatsLastOfPage(TokenStore data) {
      super(data);
    }

    @Override
    public List<TokenRecord> list(
        String subject, Instant now, @Nullable PageCursor after, int limit) {
      return delegate().list(subject, now, null, ALL).stream()
          .filter(one -> after == null || PageCursor.of(one).compareTo(after) <= 0)
          .limit(limit)
          .toList();
    }
  }

  private static final class PagesByTimeOnly extends Node {

    PagesByTimeOnly(TokenStore data) {
      super(data);
    }

    @Override
    public List<TokenRecord> list(
        String subject, Instant now, @Nullable PageCursor after, int limit) {
      return delegate().list(subject, now, null, ALL).stream()
          .filter(one -> after == null || one.issuedAt().isBefore(after.issuedAt()))
          .limit(limit)
          .toList();
    }
  }

  private static final class ListsOldestFirst extends Node {

    ListsOldestFirst(TokenStore data) {
      super(data);
    }

    @Override
    public List<TokenRecord> list(
        String subject, Instant now, @Nullable PageCursor after, int limit) {
      List<TokenRecord> newestFirst = delegate().list(subject, now, null, ALL);
      return IntStream.rangeClosed(1, newestFirst.size())
          .mapToObj(number -> newestFirst.get(newestFirst.size() - number))
          .filter(one -> after == null || PageCursor.of(one).compareTo(after) > 0)
          .limit(limit)
          .toList();
    }
  }

  private static final class ListsExpired extends Node {

    ListsExpired(TokenStore data) {
      super(data);
    }

    @Override
    public List<TokenRecord> list(
        String subject, Instant now, @Nullable PageCursor after, int limit) {
      return delegate().list(subject, Instant.EPOCH, after, limit);
    }
  }

  private static final class ReportsByCallersClock extends Node {

    private final Clock clock;

    ReportsByCallersClock(TokenStore data, Clock clock) {
      super(data);
      this.clock = clock;
    }

    @Override
    public RecentRevocations revokedWithin(Duration window, int limit) {
      RecentRevocations revocations = delegate().revokedWithin(window, limit);
      Instant from = clock.instant().minus(window);
      return new RecentRevocations(
          revocations.ids().stream()
              .filter(id -> revokedSince(id, from))
              .collect(Collectors.toSet()),
          revocations.complete(),
          revocations.storeTime());
    }

    private boolean revokedSince(TokenId id, Instant from) {
      Revocation revocation = delegate().find(id).map(TokenRecord::revocation).orElse(null);
      return revocation == null || !revocation.at().isBefore(from);
    }
  }

  private static final class ReportsSome extends Node {

    private final Predicate<Optional<TokenRecord>> reported;

    ReportsSome(TokenStore data, Predicate<Optional<TokenRecord>> told) {
      super(data);
      this.reported = told;
    }

    @Override
    public RecentRevocations revokedWithin(Duration window, int limit) {
      RecentRevocations revocations = delegate().revokedWithin(window, limit);
      Set<TokenId> ids =
          revocations.ids().stream()
              .filter(id -> reported.test(delegate().find(id)))
              .collect(Collectors.toSet());
      return new RecentRevocations(ids, revocations.complete(), revocations.storeTime());
    }
  }

  private static final class ClaimsCompleteness extends Node {

    ClaimsCompleteness(TokenStore data) {
      super(data);
    }

    @Override
    public RecentRevocations revokedWithin(Duration window, int limit) {
      RecentRevocations revocations = delegate().revokedWithin(window, limit);
      return new RecentRevocations(revocations.ids(), true, revocations.storeTime());
    }
  }
}
