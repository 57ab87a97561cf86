package org.tokenfilter.attack;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.tokenfilter.keys.ContentEncryption;
import org.tokenfilter.keys.ContentKey;
import org.tokenfilter.keys.ContentKey.State;
import org.tokenfilter.testsupport.Accounts;
import org.tokenfilter.testsupport.forgery.BaseToken;
import org.tokenfilter.testsupport.forgery.TokenForge;

/** Cases A12, A16, A22, A25, A26, A30 and B20: tokens of foreign, old or misused keys. */
class TokenKeysTest {

  private static final ContentKey GCM = key("gcm", ContentEncryption.A256GCM, State.ACTIVE);
  private static final Set<TokenRoute> ROUTES =
      EnumSet.of(TokenRoute.GET, TokenRoute.FORWARD, TokenRoute.QUERY, TokenRoute.INTROSPECT);
  private static final Duration TEN_YEARS = Duration.ofDays(3_652);
  private static final int IV_LENGTH = 12;
  private static final int TAG_LENGTH = 16;

  private static final ContentKey K1 = key("k1", ContentEncryption.A128CBC_HS256, State.ACTIVE);

  @TempDir private Path folder;

  @Test
  void a25_a26_gcmRefusesOtherLengths() throws Exception {
    try (AttackedApp app = withKeys(GCM).start()) {
      BaseTokens seeds = BaseTokens.of(app);
      for (AttackCase row : new ForgedTokens(app, seeds).add(ROUTES, TokenKeysTest::gcm).rows()) {
        app.check(row);
      }
      String own = gcm(seeds.open(), IV_LENGTH, TAG_LENGTH);
      app.check(
          AttackCase.of(
              "A25 as it must be", ExpectedAnswer.OK, it -> TokenRoute.GET.send(it.http(), own)));
    }
  }

  private static Map<String, String> gcm(BaseToken seed) {
    Map<String, String> cases = new LinkedHashMap<>();
    for (int length : new int[] {1, 8, 11, 13, 16, 32}) {
      cases.put("A25 an IV of " + length + " bytes in GCM", gcm(seed, length, TAG_LENGTH));
    }
    for (int length : new int[] {12, 13, 14, 15}) {
      cases.put("A26 a tag of " + length + " bytes in GCM", gcm(seed, IV_LENGTH, length));
    }
    return cases;
  }

  private static String gcm(BaseToken seed, int ivLength, int tagLength) {
    return TokenForge.gcm(
        bytes(GCM),
        seed.part(BaseToken.HEADER),
        TokenForge.bytes("iv", ivLength),
        seed.claims().getBytes(StandardCharsets.UTF_8),
        tagLength);
  }

  /** A key is for one encryption, even if its bytes and its tag fit another one. */
  @Test
  void a12_keyIsForOneEncryption() throws Exception {
    String gcmHeader = "{\"enc\":\"A256GCM\",\"alg\":\"dir\",\"kid\":\"k1\"}";
    try (AttackedApp app = withKeys(K1).start()) {
      BaseToken seed = BaseTokens.of(app).open();
      String forged =
          TokenForge.gcm(
              TokenForge.key(),
              TokenForge.encoded(gcmHeader),
              TokenForge.bytes("iv", IV_LENGTH),
              seed.claims().getBytes(StandardCharsets.UTF_8),
              TAG_LENGTH);
      app.check(
          AttackCase.of(
              "A12 a CBC key's",
              ExpectedAnswer.INVALID,
              it -> TokenRoute.GET.send(it.http(), app.secret(forged))));
    }
  }

  @ParameterizedTest
  @EnumSource
  void a22_eachNodeDecidesByItsOwnKeyState(State state) throws Exception {
    ContentKey newer = key("k9", ContentEncryption.A128CBC_HS256, State.ACTIVE);
    ContentKey old = key("k1", ContentEncryption.A128CBC_HS256, state);
    List<ContentKey> ring = state == State.ACTIVE ? List.of(old) : List.of(old, newer);
    try (AttackedApp app = AllFamiliesApp.plan(folder).start();
        AttackedApp other = withKeys(ring.toArray(new ContentKey[0])).sharingStoreOf(app).start()) {
      boolean opens = state != State.RETIRED;
      for (TokenRoute way : ROUTES) {
        BaseToken seed = BaseTokens.base(app, AllFamiliesApp.issue(app, way.acceptedKind()));
        other.secret(seed.token());
        Set<ExpectedAnswer> refusals = way.refusals(seed.token());
        AttackCase row =
            new AttackCase("A22 " + way, refusals, it -> way.send(it.http(), seed.token()));
        if (opens) {
          assertThat(row.attack().on(other).status()).as(way.name()).isEqualTo(200);
        } else {
          other.check(row);
        }
      }
    }
  }

  @Test
  void a30_sameKidIsNotTheSameKey() throws Exception {
    byte[] namesake = TokenForge.bytes("another deployment", 32);
    Path keys = file("namesake.jwks", TokenForge.keyFile(namesake));
    try (AttackedApp app = AllFamiliesApp.plan(folder).start();
        AttackedApp other =
            AllFamiliesApp.plan(folder)
                .setting("token.keys.file", keys.toString())
                .sharingStoreOf(app)
                .start()) {
      BaseTokens seeds = BaseTokens.of(app);
      for (TokenRoute way : TokenRoute.values()) {
        String token = other.secret(seeds.forRoute(way).token());
        other.check(
            new AttackCase("A30 " + way, way.refusals(token), it -> way.send(it.http(), token)));
      }
    }
  }

  /** A token that never expires is valid only while its key is kept. */
  @Test
  void b20_tokenThatNeverExpiresIsValidWhileItsKeyIsKept() throws Exception {
    List<ContentKey> ring = new ArrayList<>();
    for (int rotation = 2; rotation <= 6; rotation++) {
      State state = rotation == 6 ? State.ACTIVE : State.ACCEPT;
      ring.add(key("k" + rotation, ContentEncryption.A128CBC_HS256, state));
    }
    try (AttackedApp app = AllFamiliesApp.plan(folder).start()) {
      String token = app.open(Accounts.ALICE, 0);
      app.clock.move(TEN_YEARS);
      app.check(
          AttackCase.of(
              "B20 the old node", ExpectedAnswer.OK, it -> TokenRoute.GET.send(it.http(), token)));
      ring.add(key("k1", ContentEncryption.A128CBC_HS256, State.ACCEPT));
      try (AttackedApp kept =
          withKeys(ring.toArray(new ContentKey[0])).sharingStoreOf(app).start()) {
        kept.check(
            AttackCase.of(
                "B20 kept", ExpectedAnswer.OK, it -> TokenRoute.GET.send(it.http(), token)));
      }
      ring.set(ring.size() - 1, key("k1", ContentEncryption.A128CBC_HS256, State.RETIRED));
      try (AttackedApp gone =
          withKeys(ring.toArray(new ContentKey[0])).sharingStoreOf(app).start()) {
        gone.check(
            AttackCase.of(
                "B20 retired",
                ExpectedAnswer.INVALID,
                it -> TokenRoute.GET.send(it.http(), token)));
        assertThat(gone.logLines()).anyMatch(line -> line.contains("event=refused"));
      }
    }
  }

  @Test
  void a16_fetchesNoKey() throws Exception {
    try (AttackedApp app = AllFamiliesApp.plan(folder).start();
        ServerSocketChannel listener = ServerSocketChannel.open()) {
      listener.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
      listener.configureBlocking(false);
      int port = ((InetSocketAddress) listener.getLocalAddress()).getPort();
      BaseTokens seeds = BaseTokens.of(app);
      for (String member : List.of("jku", "x5u")) {
        String header =
            "{\"enc\":\"A128CBC-HS256\",\"alg\":\"dir\",\"%s\":\"http://127.0.0.1:%d/\",\"kid\":\"k1\"}"
                .formatted(member, port);
        Set<TokenRoute> all = EnumSet.allOf(TokenRoute.class);
        for (AttackCase row :
            new ForgedTokens(app, seeds)
                .add(all, seed -> Map.of("A16 " + member, seed.withHeader(header)))
                .rows()) {
          app.check(row);
        }
      }
      assertThat(listener.accept()).isNull();
    }
  }

  private AttackedApp.Plan withKeys(ContentKey... keys) throws Exception {
    String ring =
        Stream.of(keys)
            .map(
                key ->
                    "{\"kty\":\"oct\",\"kid\":\"%s\",\"use\":\"enc\",\"alg\":\"%s\",\"state\":\"%s\",\"k\":\"%s\"}"
                        .formatted(
                            key.kid(),
                            key.encryption(),
                            key.state(),
                            TokenForge.encoded(bytes(key))))
            .collect(Collectors.joining(",", "{\"keys\":[", "]}"));
    return AllFamiliesApp.plan(folder)
        .setting("token.keys.file", file("ring.jwks", ring).toString());
  }

  private Path file(String name, String text) throws Exception {
    Path file = Files.writeString(folder.resolve(name), text);
    return Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
  }

  private static ContentKey key(String kid, ContentEncryption encryption, State state) {
    return new ContentKey(kid, encryption, state, TokenForge.bytes(kid, encryption.keyLength()));
  }

  private static byte[] bytes(ContentKey key) {
    return TokenForge.bytes(key.kid(), key.encryption().keyLength());
  }
}
