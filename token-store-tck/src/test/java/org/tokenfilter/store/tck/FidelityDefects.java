package org.tokenfilter.store.tck;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.util.stream.Collectors.toSet;

import java.nio.charset.Charset;
import java.text.Normalizer;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.temporal.ChronoUnit;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.tokenfilter.store.DuplicateTokenException;
import org.tokenfilter.store.InsertResult;
import org.tokenfilter.store.Limit;
import org.tokenfilter.store.PageCursor;
import org.tokenfilter.store.Revocation;
import org.tokenfilter.store.Selection;
import org.tokenfilter.store.TokenId;
import org.tokenfilter.store.TokenRecord;
import org.tokenfilter.store.TokenStore;

/** Violations of S15. */
final class FidelityDefects {

  private FidelityDefects() {}

  static List<Defect> all() {
    return List.of(
        Defect.of(
            "s15",
            "keeps whole seconds",
            data -> new AltersInserted(data, FidelityDefects::toWholeSeconds)),
        Defect.of(
            "s15",
            "keeps attributes in Latin-1",
            data -> new AltersInserted(data, FidelityDefects::attributesToLatin1)),
        Defect.of(
            "s15",
            "has room for 100 characters of subject",
            data -> new AltersInserted(data, FidelityDefects::cutSubject)),
        changesTexts(
            "keeps Latin-1, and question marks for the rest", text -> roundTrip(ISO_8859_1, text)),
        changesTexts(
            "keeps ASCII, and question marks for the rest", text -> roundTrip(US_ASCII, text)),
        changesTexts("keeps only the basic plane", text -> text.replaceAll("[^\\x00-\uffff]", "?")),
        changesTexts("composes letters", text -> Normalizer.normalize(text, Normalizer.Form.NFC)),
        changesTexts("strips trailing blanks", String::stripTrailing),
        changesTexts("drops byte order marks", text -> text.replace("\ufeff", "")),
        changesTexts("interprets backslashes", text -> text.replace("\\\\", "\\")),
        changesTexts("drops control characters", text -> text.replaceAll("[\\x01-\\x08]", "")),
        Defect.of(
            "s15",
            "keeps the client in Latin-1",
            data ->
                new AltersInserted(
                    data,
                    record ->
                        record.toBuilder()
                            .client(
                                record.client() == null
                                    ? null
                                    : roundTrip(ISO_8859_1, record.client()))
                            .build())),
        Defect.of(
            "s15",
            "keeps roles in Latin-1",
            data ->
                new AltersInserted(
                    data,
                    record ->
                        record.toBuilder()
                            .roles(
                                record.roles().stream()
                                    .map(role -> roundTrip(ISO_8859_1, role))
                                    .collect(toSet()))
                            .build())),
        Defect.of("s15", "keeps local times", StoresLocalTimes::new),
        Defect.of("s15", "folds the case of ids", FoldsIds::new),
        Defect.of("s15", "folds the case of subjects", FoldsSubjects::new));
  }

  private static Defect changesTexts(String what, UnaryOperator<String> change) {
    return Defect.of("s15_texts", "subjects: " + what, data -> new ChangesSubjects(data, change));
  }

  private static String roundTrip(Charset charset, String text) {
    return new String(text.getBytes(charset), charset);
  }

  private static TokenRecord toWholeSeconds(TokenRecord record) {
    Instant until = record.idleExpiresAt();
    Instant hard = record.expiresAt();
    return TokenRecord.builder(
            record.id(),
            record.kind(),
            record.subject(),
            record.issuedAt().truncatedTo(ChronoUnit.SECONDS))
        .roles(record.roles())
        .group(record.group())
        .parent(record.parent())
        .client(record.client())
        .binding(record.binding())
        .lastUsedAt(record.lastUsedAt().truncatedTo(ChronoUnit.SECONDS))
        .idle(record.idleTimeout(), until == null ? null : until.truncatedTo(ChronoUnit.SECONDS))
        .expiresAt(hard == null ? null : hard.truncatedTo(ChronoUnit.SECONDS))
        .revocation(record.revocation())
        .attributes(record.attributes())
        .build();
  }

  private static TokenRecord attributesToLatin1(TokenRecord record) {
    Map<String, String> attributes = new HashMap<>();
    record
        .attributes()
        .forEach((name, value) -> attributes.put(name, roundTrip(ISO_8859_1, value)));
    return record.toBuilder().attributes(attributes).build();
  }

  private static TokenRecord cutSubject(TokenRecord record) {
    return withSubject(
        record,
        record
            .subject()
            .codePoints()
            .limit(100)
            .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
            .toString());
  }

  private static TokenRecord withSubject(TokenRecord record, String subject) {
    return new TokenRecord(
        record.id(),
        record.kind(),
        subject,
        record.group(),
        record.parent(),
        record.client(),
        record.binding(),
        record.issuedAt(),
        record.lastUsedAt(),
        record.idleTimeout(),
        record.idleExpiresAt(),
        record.expiresAt(),
        record.revocation(),
        record.details());
  }

  private static final class AltersInserted extends Node {

    private final UnaryOperator<TokenRecord> alteration;

    AltersInserted(TokenStore data, UnaryOperator<TokenRecord> kept) {
      super(data);
      this.alteration = kept;
    }

    @Override
    public InsertResult insert(TokenRecord record, Limit limit, Instant now) {
      return delegate().insert(alteration.apply(record), limit, now);
    }
  }

  /** Writes a time as local time and reads it back in the default time zone of that moment. */
  private static final class StoresLocalTimes extends Node {

    private final Map<TokenId, LocalDateTime> localTimes = new ConcurrentHashMap<>();

    StoresLocalTimes(TokenStore data) {
      super(data);
    }

    @Override
    public InsertResult insert(TokenRecord record, Limit limit, Instant now) {
      Instant expiresAt = record.expiresAt();
      if (expiresAt != null) {
        localTimes.putIfAbsent(
            record.id(), LocalDateTime.ofInstant(expiresAt, ZoneId.systemDefault()));
      }
      return delegate().insert(record, limit, now);
    }

    @Override
    public Optional<TokenRecord> find(TokenId id) {
      LocalDateTime wall = localTimes.get(id);
      return delegate()
          .find(id)
          .map(
              one ->
                  wall == null
                      ? one
                      : one.toBuilder()
                          .expiresAt(wall.atZone(ZoneId.systemDefault()).toInstant())
                          .build());
    }
  }

  private static final class FoldsIds extends Node {

    private final Map<String, TokenId> ids = new ConcurrentHashMap<>();

    FoldsIds(TokenStore data) {
      super(data);
    }

    @Override
    public InsertResult insert(TokenRecord record, Limit limit, Instant now) {
      TokenId taken = ids.putIfAbsent(folded(record.id()), record.id());
      if (taken != null && !taken.equals(record.id())) {
        throw new DuplicateTokenException(record.id());
      }
      return delegate().insert(record, limit, now);
    }

    @Override
    public Optional<TokenRecord> find(TokenId id) {
      return delegate().find(ids.getOrDefault(folded(id), id));
    }

    private static String folded(TokenId id) {
      return id.toString().toLowerCase(Locale.ROOT);
    }
  }

  /** Writes and looks up an altered text, as a connection with a different charset does. */
  private static final class ChangesSubjects extends Node {

    private final UnaryOperator<String> change;

    ChangesSubjects(TokenStore data, UnaryOperator<String> change) {
      super(data);
      this.change = change;
    }

    @Override
    public InsertResult insert(TokenRecord record, Limit limit, Instant now) {
      return delegate().insert(withSubject(record, change.apply(record.subject())), limit, now);
    }

    @Override
    public List<TokenRecord> list(
        String subject, Instant now, @Nullable PageCursor after, int limit) {
      return delegate().list(change.apply(subject), now, after, limit);
    }

    @Override
    public List<TokenId> revokeAll(Selection selection, Revocation revocation, int limit) {
      return delegate()
          .revokeAll(
              Selection.ofSubject(change.apply(String.valueOf(selection.subject())))
                  .except(selection.except()),
              revocation,
              limit);
    }
  }

  private static final class FoldsSubjects extends Node {

    private final Map<String, Queue<String>> subjects = new ConcurrentHashMap<>();

    FoldsSubjects(TokenStore data) {
      super(data);
    }

    @Override
    public InsertResult insert(TokenRecord record, Limit limit, Instant now) {
      Queue<String> alike = alike(record.subject());
      if (!alike.contains(record.subject())) {
        alike.add(record.subject());
      }
      return delegate().insert(record, limit, now);
    }

    @Override
    public List<TokenRecord> list(
        String subject, Instant now, @Nullable PageCursor after, int limit) {
      return alike(subject).stream()
          .flatMap(one -> delegate().list(one, now, after, limit).stream())
          .limit(limit)
          .toList();
    }

    private Queue<String> alike(String subject) {
      return subjects.computeIfAbsent(
          subject.toLowerCase(Locale.ROOT), none -> new ConcurrentLinkedQueue<>());
    }
  }
}
