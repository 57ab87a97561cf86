package org.tokenfilter.store.base;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.tokenfilter.store.Confirmation;
import org.tokenfilter.store.ExternalId;
import org.tokenfilter.store.Origin;
import org.tokenfilter.store.TokenDetails;

/** The part of {@link RecordCodec} for the details of a record. Stateless. */
final class DetailsCodec {

  // The positions in this list are stored: new values only at the end.
  private static final List<Confirmation.Method> METHODS =
      List.of(
          Confirmation.Method.JWK_THUMBPRINT,
          Confirmation.Method.CERTIFICATE_THUMBPRINT,
          Confirmation.Method.PUBLIC_KEY);

  private DetailsCodec() {}

  static void write(FrameWriter out, TokenDetails details) {
    Origin origin = details.origin();
    out.random(details.version()).texts(details.roles());
    write(out, details.attributes());
    out.optional(
        details.confirmation(), it -> out.number(METHODS.indexOf(it.method())).text(it.value()));
    out.optional(details.authenticatedAt(), out::time);
    out.optional(details.acr(), out::text);
    out.optional(origin == null ? null : origin.session(), it -> write(out, it));
    out.optional(origin == null ? null : origin.account(), it -> write(out, it));
    out.optional(details.label(), out::text);
    write(out, details.data());
  }

  static TokenDetails read(FrameReader in) {
    return new TokenDetails(
        in.random(),
        readRoles(in),
        readMap(in),
        in.optional(() -> new Confirmation(METHODS.get(in.number(METHODS.size() - 1)), in.text())),
        in.optional(in::time),
        in.optional(in::text),
        origin(in.optional(() -> readExternalId(in)), in.optional(() -> readExternalId(in))),
        in.optional(in::text),
        readMap(in));
  }

  private static @Nullable Origin origin(
      @Nullable ExternalId session, @Nullable ExternalId account) {
    return session == null && account == null ? null : new Origin(session, account);
  }

  private static void write(FrameWriter out, ExternalId id) {
    out.text(id.issuer()).text(id.value());
  }

  private static ExternalId readExternalId(FrameReader in) {
    return new ExternalId(in.text(), in.text());
  }

  private static Set<String> readRoles(FrameReader in) {
    List<String> roles = in.texts();
    Set<String> distinct = new LinkedHashSet<>(roles);
    FrameReader.require(distinct.size() == roles.size(), "a role is there twice");
    return distinct;
  }

  /** Writes names and values in turn. */
  private static void write(FrameWriter out, Map<String, String> map) {
    List<String> texts = new ArrayList<>();
    map.forEach((name, value) -> texts.addAll(List.of(name, value)));
    out.texts(texts);
  }

  private static Map<String, String> readMap(FrameReader in) {
    List<String> texts = in.texts();
    FrameReader.require(texts.size() % 2 == 0, "a name has no value");
    Map<String, String> map = new LinkedHashMap<>();
    for (int i = 0; i < texts.size(); i += 2) {
      map.put(texts.get(i), texts.get(i + 1));
    }
    FrameReader.require(map.size() * 2 == texts.size(), "a name is there twice");
    return map;
  }
}
