package org.tokenfilter.store.tck;

import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.tokenfilter.store.AmendResult;
import org.tokenfilter.store.InsertResult;
import org.tokenfilter.store.Limit;
import org.tokenfilter.store.Origin;
import org.tokenfilter.store.TokenDetails;
import org.tokenfilter.store.TokenId;
import org.tokenfilter.store.TokenRecord;
import org.tokenfilter.store.TokenStore;

/** Violations of S15 by the details. */
final class DetailsDefects {

  private DetailsDefects() {}

  static List<Defect> all() {
    return List.of(
        alters("forgets the confirmation", details -> details.toBuilder().confirmation(null)),
        alters("keeps the last authentication in whole seconds", DetailsDefects::wholeSeconds),
        alters("forgets the account of an origin", DetailsDefects::sessionOnly),
        alters("keeps an empty label as none", DetailsDefects::withoutEmptyLabel),
        alters("has room for 8 KiB of roles", DetailsDefects::withoutManyRoles),
        alters("forgets the library's data", DetailsDefects::withoutDots),
        Defect.of("s15", "forgets the context class when it amends", ForgetsWhenAmending::new));
  }

  private static Defect alters(String what, Change change) {
    return Defect.of("s15", "details: " + what, data -> new Alters(data, change));
  }

  /** A change of details. */
  private interface Change {
    TokenDetails.Builder apply(TokenDetails details);
  }

  private static TokenDetails.Builder wholeSeconds(TokenDetails details) {
    Instant at = details.authenticatedAt();
    return details.toBuilder()
        .authenticated(at == null ? null : at.truncatedTo(ChronoUnit.SECONDS), details.acr());
  }

  private static TokenDetails.Builder sessionOnly(TokenDetails details) {
    Origin origin = details.origin();
    return details.toBuilder()
        .origin(
            origin == null || origin.session() == null ? null : new Origin(origin.session(), null));
  }

  private static TokenDetails.Builder withoutEmptyLabel(TokenDetails details) {
    return details.toBuilder().label(emptyToNull(details.label()));
  }

  private static @Nullable String emptyToNull(@Nullable String text) {
    return text == null || text.isEmpty() ? null : text;
  }

  private static TokenDetails.Builder withoutManyRoles(TokenDetails details) {
    int length = details.roles().stream().mapToInt(String::length).sum();
    return length > 8_192 ? details.toBuilder().roles(Set.of()) : details.toBuilder();
  }

  private static TokenDetails.Builder withoutDots(TokenDetails details) {
    return details.data().keySet().stream().anyMatch(name -> name.startsWith("."))
        ? details.toBuilder().data(Map.of())
        : details.toBuilder();
  }

  private static final class Alters extends Node {

    private final Change change;

    Alters(TokenStore data, Change change) {
      super(data);
      this.change = change;
    }

    @Override
    public InsertResult insert(TokenRecord record, Limit limit, Instant now) {
      TokenDetails altered = change.apply(record.details()).build();
      return delegate().insert(record.toBuilder().details(altered).build(), limit, now);
    }
  }

  private static final class ForgetsWhenAmending extends Node {

    ForgetsWhenAmending(TokenStore data) {
      super(data);
    }

    @Override
    public AmendResult amend(TokenId id, long expectedVersion, TokenDetails details, Instant now) {
      TokenDetails altered =
          details.toBuilder().authenticated(details.authenticatedAt(), null).build();
      return delegate().amend(id, expectedVersion, altered, now);
    }
  }
}
