package org.tokenfilter.store.tck;

import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BiPredicate;
import org.tokenfilter.store.InsertResult;
import org.tokenfilter.store.Limit;
import org.tokenfilter.store.Revocation;
import org.tokenfilter.store.Selection;
import org.tokenfilter.store.TokenId;
import org.tokenfilter.store.TokenRecord;
import org.tokenfilter.store.TokenStore;

/** Violations of S10. */
final class SelectionDefects {

  private SelectionDefects() {}

  static List<Defect> all() {
    return List.of(
        Defect.of(
            "s10_revokeAllRevokes",
            "revokes excepted records",
            data ->
                new Selects(data, (selection, one) -> selection.except(Set.of()).contains(one))),
        Defect.of("s10", "misses records of a node whose clock is ahead", MissesClockAhead::new),
        Defect.of(
            "s10_groupIsThatOfOneSubject",
            "compares the group without its subject",
            data -> new Selects(data, SelectionDefects::bySameGroup)),
        Defect.of(
            "s10_externalSessionAndAccount",
            "compares an external id without its issuer",
            data -> new Selects(data, SelectionDefects::bySameExternalText)),
        Defect.of(
            "s10_selectionGoesByTheOrigin",
            "goes by the origin at the insertion",
            ForgetsAmendedOrigin::new),
        Defect.of(
            "s10_exceptionsDoNotCount",
            "applies the limit before the exceptions",
            LimitsBeforeExceptions::new),
        Defect.of("s10", "revokes more than the limit", ExceedsTheLimit::new),
        Defect.of(
            "s10_noSuccessorSlipsThrough", "looks once, then revokes what it saw", LooksOnce::new));
  }

  private static boolean bySameGroup(Selection selection, TokenRecord record) {
    return selection.by() == Selection.Criterion.GROUP
        ? Objects.equals(record.group(), selection.group())
            && !selection.except().contains(record.id())
        : selection.contains(record);
  }

  private static boolean bySameExternalText(Selection selection, TokenRecord record) {
    var origin = record.details().origin();
    var external = selection.external();
    if (selection.by() != Selection.Criterion.EXTERNAL_SESSION
        || origin == null
        || origin.account() == null
        || external == null) {
      return selection.contains(record);
    }
    return origin.account().value().equals(external.value()) || selection.contains(record);
  }

  /** A node that tracks all records as they were inserted, and selects some of them itself. */
  private static class Selects extends Node {

    private final Map<TokenId, TokenRecord> inserted = new ConcurrentHashMap<>();
    private final BiPredicate<Selection, TokenRecord> selected;

    Selects(TokenStore data, BiPredicate<Selection, TokenRecord> selected) {
      super(data);
      this.selected = selected;
    }

    @Override
    public InsertResult insert(TokenRecord record, Limit limit, Instant now) {
      InsertResult insertion = delegate().insert(record, limit, now);
      inserted.put(record.id(), record);
      return insertion;
    }

    @Override
    public boolean replace(
        TokenId id, long version, TokenRecord successor, Limit limit, Instant now) {
      // Before it is visible, so that a look which misses it comes before the replacement.
      inserted.put(successor.id(), successor);
      return delegate().replace(id, version, successor, limit, now);
    }

    @Override
    public List<TokenId> revokeAll(Selection selection, Revocation revocation, int limit) {
      List<TokenId> revoked = new ArrayList<>();
      List<TokenId> chosen;
      do {
        chosen = choose(selection, limit - revoked.size());
        chosen.forEach(id -> revoked.addAll(delegate().revoke(id, revocation)));
      } while (!chosen.isEmpty() && revoked.size() < limit);
      return revoked;
    }

    List<TokenId> choose(Selection selection, int limit) {
      return inserted.keySet().stream()
          .filter(id -> isUnrevoked(id) && selected.test(selection, current(id)))
          .limit(limit)
          .toList();
    }

    private boolean isUnrevoked(TokenId id) {
      return delegate().find(id).filter(one -> one.revocation() == null).isPresent();
    }

    TokenRecord current(TokenId id) {
      return delegate().find(id).orElseGet(() -> inserted.get(id));
    }
  }

  private static final class ForgetsAmendedOrigin extends Selects {

    private final Map<TokenId, TokenRecord> first = new ConcurrentHashMap<>();

    ForgetsAmendedOrigin(TokenStore data) {
      super(data, Selection::contains);
    }

    @Override
    TokenRecord current(TokenId id) {
      return first.computeIfAbsent(id, none -> super.current(id));
    }

    @Override
    public InsertResult insert(TokenRecord record, Limit limit, Instant now) {
      first.put(record.id(), record);
      return super.insert(record, limit, now);
    }
  }

  /** Revokes each record that a first look has found; a successor is not among them. */
  private static final class LooksOnce extends Selects {

    LooksOnce(TokenStore data) {
      super(data, Selection::contains);
    }

    @Override
    public List<TokenId> revokeAll(Selection selection, Revocation revocation, int limit) {
      List<TokenId> chosen = choose(selection, limit);
      Defect.yieldToOtherThreads();
      return chosen.stream().flatMap(id -> delegate().revoke(id, revocation).stream()).toList();
    }
  }

  private static final class MissesClockAhead extends Node {

    MissesClockAhead(TokenStore data) {
      super(data);
    }

    @Override
    public List<TokenId> revokeAll(Selection selection, Revocation revocation, int limit) {
      Set<TokenId> except = new HashSet<>(selection.except());
      String subject = selection.subject();
      if (subject != null) {
        delegate().list(subject, Instant.EPOCH, null, 1_000).stream()
            .filter(one -> one.issuedAt().isAfter(revocation.at()))
            .forEach(one -> except.add(one.id()));
      }
      return delegate().revokeAll(selection.except(except), revocation, limit);
    }
  }

  private static final class LimitsBeforeExceptions extends Node {

    LimitsBeforeExceptions(TokenStore data) {
      super(data);
    }

    @Override
    public List<TokenId> revokeAll(Selection selection, Revocation revocation, int limit) {
      String subject = selection.subject();
      if (subject == null || selection.except().size() < 3) {
        return delegate().revokeAll(selection, revocation, limit);
      }
      return delegate().list(subject, Instant.EPOCH, null, limit).stream()
          .filter(selection::contains)
          .flatMap(one -> delegate().revoke(one.id(), revocation).stream())
          .toList();
    }
  }

  private static final class ExceedsTheLimit extends Node {

    ExceedsTheLimit(TokenStore data) {
      super(data);
    }

    @Override
    public List<TokenId> revokeAll(Selection selection, Revocation revocation, int limit) {
      return delegate().revokeAll(selection, revocation, limit + 1);
    }
  }
}
