package org.tokenfilter.tools;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import javax.crypto.Cipher;
import javax.crypto.Mac;
import javax.crypto.spec.IvParameterSpec;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;
import org.tokenfilter.codec.JweTokenCodec;
import org.tokenfilter.keys.ContentEncryption;
import org.tokenfilter.keys.ContentKey;
import org.tokenfilter.keys.KeyRing;
import org.tokenfilter.policy.CachePolicy;
import org.tokenfilter.policy.ServiceEnvironment;
import org.tokenfilter.policy.TokenPolicy;
import org.tokenfilter.service.TokenService;
import org.tokenfilter.store.InMemoryTokenStore;
import org.tokenfilter.store.Limit;
import org.tokenfilter.store.TokenStore;
import org.tokenfilter.store.tck.SettableClock;
import org.tokenfilter.token.ClientAddress;
import org.tokenfilter.token.IssuedToken;
import org.tokenfilter.token.PresentedToken;
import org.tokenfilter.token.Subject;
import org.tokenfilter.token.TokenRejectedException;

/** The library with all kinds of keys and a settable clock. */
final class ExplainerFixture {

  static final String AUDIENCE = "/shop";
  static final ClientAddress CLIENT = ClientAddress.parse("192.0.2.1");
  static final ClientAddress OTHER_CLIENT = ClientAddress.parse("192.0.2.2");
  static final Duration IDLE = Duration.ofMinutes(30);
  static final Duration CLIENT_LIFETIME = Duration.ofDays(1);

  /** A subject with an attribute that no explanation may show. */
  static final Subject ALICE =
      new Subject("alice", Set.of("user"), Map.of("card", "attribute-of-alice"));

  static final ContentKey K1 =
      key("k1", ContentEncryption.A128CBC_HS256, ContentKey.State.ACTIVE, 1);

  static final KeyRing RING =
      KeyRing.of(
          List.of(
              key("k0", ContentEncryption.A256GCM, ContentKey.State.RETIRED, 0),
              K1,
              key("k2", ContentEncryption.A256CBC_HS512, ContentKey.State.STAGED, 2)));

  final SettableClock clock = new SettableClock(Instant.parse("2026-03-01T10:00:00Z"));
  final InMemoryTokenStore memory = new InMemoryTokenStore(clock, Duration.ofHours(1));
  final TokenService service = serviceWith(memory);

  /** Returns a key whose bytes are derived from a number. */
  static ContentKey key(
      String kid, ContentEncryption encryption, ContentKey.State state, int number) {
    return new ContentKey(kid, encryption, state, bytes(number, encryption.keyLength()));
  }

  private static byte[] bytes(int seed, int length) {
    byte[] bytes = new byte[length];
    new Random(seed).nextBytes(bytes);
    return bytes;
  }

  /** Returns a service with another store. */
  TokenService serviceWith(TokenStore store) {
    return new TokenService(
        store,
        store,
        codec(AUDIENCE, RING),
        TokenPolicy.builder()
            .sessionIdleTimeout(IDLE)
            .clientLifetime(CLIENT_LIFETIME)
            .sessionLimit(new Limit(2, Limit.Policy.EVICT_OLDEST))
            .build(),
        AUDIENCE,
        new CachePolicy(Duration.ZERO, Duration.ZERO, Duration.ofSeconds(5)),
        new ServiceEnvironment(clock, System::nanoTime, new SecureRandom(), Runnable::run),
        List.of());
  }

  static JweTokenCodec codec(String audience, KeyRing ring) {
    return new JweTokenCodec(() -> ring, audience, new SecureRandom());
  }

  static JweTokenCodec codec(ContentKey key) {
    return codec(AUDIENCE, KeyRing.of(List.of(key.withState(ContentKey.State.ACTIVE))));
  }

  IssuedToken issueSession() throws TokenRejectedException {
    return service.issueSession(ALICE, Duration.ZERO, CLIENT, Set.of());
  }

  IssuedToken issueOpen(Duration ttl) throws TokenRejectedException {
    return service.issueOpen(ALICE, ttl, CLIENT);
  }

  IssuedToken issueUser() {
    return service.issueUser(ALICE, null, CLIENT);
  }

  /** Returns the token as its client presents it. */
  static PresentedInput presentation(IssuedToken token) {
    return new PresentedInput(
        token.value(),
        token.sessionId() == null ? Set.of() : Set.of(token.sessionId().value()),
        CLIENT);
  }

  /** Returns a presentation of a token, or of another text, without a session id. */
  static PresentedInput withoutSessionId(String token) {
    return new PresentedInput(token, Set.of(), CLIENT);
  }

  static PresentedToken toPresentedToken(PresentedInput presented) {
    return new PresentedToken(
        presented.token(),
        presented.sessionIds(),
        Objects.requireNonNull(presented.client()),
        false);
  }

  Explanation explain(PresentedInput presented) {
    return explain(presented, memory);
  }

  Explanation explain(PresentedInput presented, @Nullable TokenStore store) {
    return new Explainer(() -> RING, AUDIENCE, clock, store == null ? null : store::find)
        .explain(presented);
  }

  /** Returns the token with one of its five parts replaced. */
  static String withPart(String token, int part, String other) {
    List<String> parts = new ArrayList<>(List.of(token.split("\\.", -1)));
    parts.set(part, other);
    return String.join(".", parts);
  }

  static String part(String token, int part) {
    return token.split("\\.", -1)[part];
  }

  /** Encrypts any content with k1, as in RFC 7518, 5.2.2, by the JDK alone. */
  static String encryptedContent(String content) {
    byte[] key = bytes(1, 32);
    byte[] iv = bytes(7, 16);
    String header =
        base64(
            "{\"enc\":\"A128CBC-HS256\",\"alg\":\"dir\",\"kid\":\"k1\"}"
                .getBytes(StandardCharsets.US_ASCII));
    try {
      Cipher cipher = Cipher.getInstance("AES/CBC/PKCS5Padding");
      cipher.init(
          Cipher.ENCRYPT_MODE, new SecretKeySpec(key, 16, 16, "AES"), new IvParameterSpec(iv));
      byte[] ciphertext = cipher.doFinal(content.getBytes(StandardCharsets.UTF_8));
      Mac mac = Mac.getInstance("HmacSHA256");
      mac.init(new SecretKeySpec(key, 0, 16, "HmacSHA256"));
      mac.update(header.getBytes(StandardCharsets.US_ASCII));
      mac.update(iv);
      mac.update(ciphertext);
      byte[] length = ByteBuffer.allocate(8).putLong(header.length() * 8L).array();
      byte[] tag = Arrays.copyOf(mac.doFinal(length), 16);
      return header + ".." + base64(iv) + '.' + base64(ciphertext) + '.' + base64(tag);
    } catch (GeneralSecurityException e) {
      throw new AssertionError(e);
    }
  }

  static String base64(byte[] bytes) {
    return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
  }
}
