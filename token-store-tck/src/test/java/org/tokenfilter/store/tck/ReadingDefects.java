package org.tokenfilter.store.tck;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Predicate;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.tokenfilter.store.PageCursor;
import org.tokenfilter.store.TokenId;
import org.tokenfilter.store.TokenRecord;
import org.tokenfilter.store.TokenStore;

/** Violations of S3, S4 and S11. */
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
        Defect.of("s11", "lists expired records", ListsExpired::new));
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
}
