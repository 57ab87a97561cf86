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
import org.tokenfilter.Accounts;
import org.tokenfilter.codec.ContentEncryption;
import org.tokenfilter.codec.ContentKey;
import org.tokenfilter.codec.ContentKey.State;
import org.tokenfilter.codec.CraftedTokens;

/** Cases A12, A16, A22, A25, A26, A30 and B20: tokens of foreign, old or misused keys. */
class TokenKeysTest {

  private static final ContentKey GCM = key("gcm", ContentEncryption.A256GCM, State.ACTIVE);
  private static final Set<Way> WAYS = EnumSet.of(Way.GET, Way.FORWARD, Way.QUERY, Way.INTROSPECT);
  private static final Duration TEN_YEARS = Duration.ofDays(3_652);
  private static final int IV_LENGTH = 12;
  private static final int TAG_LENGTH = 16;

  @TempDir private Path folder;

  @Test
  void a25_a26_gcmTakesNoOtherLengthsThoughTheCipherWould() throws Exception {
    try (AttackedApp app = withKeys(GCM).start()) {
      Seeds seeds = Seeds.of(app);
      for (Row row : new ForgedTokens(app, seeds).on(WAYS, TokenKeysTest::gcm).rows()) {
        app.check(row);
      }
      String own = gcm(seeds.open(), IV_LENGTH, TAG_LENGTH);
      app.check(Row.of("A25 as it must be", Verdict.OK, it -> Way.GET.send(it.http(), own)));
    }
  }

  private static Map<String, String> gcm(Seed seed) {
    Map<String, String> cases = new LinkedHashMap<>();
    for (int length : new int[] {1, 8, 11, 13, 16, 32}) {
      cases.put("A25 an IV of " + length + " bytes in GCM", gcm(seed, length, TAG_LENGTH));
    }
    for (int length : new int[] {12, 13, 14, 15}) {
      cases.put("A26 a tag of " + length + " bytes in GCM", gcm(seed, IV_LENGTH, length));
    }
    return cases;
  }

  private static String gcm(Seed seed, int ivLength, int tagLength) {
    return CraftedTokens.gcm(
        bytes(GCM),
        seed.part(Seed.HEADER),
        CraftedTokens.bytes("iv", ivLength),
        seed.claims().getBytes(StandardCharsets.UTF_8),
        tagLength);
  }

  /** A key is for one encryption, even if its bytes and its tag fit another one. */
  @Test
  void a12_aKeyIsForOneEncryption() throws Exception {
    String gcmHeader = "{\"enc\":\"A256GCM\",\"alg\":\"dir\",\"kid\":\"k1\"}";
    try (AttackedApp app = withKeys(CraftedTokens.K1).start()) {
      Seed seed = Seeds.of(app).open();
      String forged =
          CraftedTokens.gcm(
              bytes(CraftedTokens.K1),
              Seed.encoded(gcmHeader),
              CraftedTokens.bytes("iv", IV_LENGTH),
              seed.claims().getBytes(StandardCharsets.UTF_8),
              TAG_LENGTH);
      app.check(
          Row.of(
              "A12 a CBC key's",
              Verdict.INVALID,
              it -> Way.GET.send(it.http(), app.secret(forged))));
    }
  }

  @ParameterizedTest
  @EnumSource
  void a22_theStateOfTheKeyOnAnotherNodeDecidesThere(State state) throws Exception {
    ContentKey newer = key("k9", ContentEncryption.A128CBC_HS256, State.ACTIVE);
    ContentKey old = key("k1", ContentEncryption.A128CBC_HS256, state);
    List<ContentKey> ring = state == State.ACTIVE ? List.of(old) : List.of(old, newer);
    try (AttackedApp app = AllFamilies.plan(folder).start();
        AttackedApp other = withKeys(ring.toArray(new ContentKey[0])).beside(app).start()) {
      boolean opens = state != State.RETIRED;
      for (Way way : WAYS) {
        Seed seed = Seed.of(app, AllFamilies.given(app, way.takes()));
        other.secret(seed.token());
        Set<Verdict> refusals = way.refusals(seed.token());
        Row row = new Row("A22 " + way, refusals, it -> way.send(it.http(), seed.token()));
        if (opens) {
          assertThat(row.attack().on(other).status()).as(way.name()).isEqualTo(200);
        } else {
          other.check(row);
        }
      }
    }
  }

  @Test
  void a30_aKeyOfTheSameNameIsNotTheSameKey() throws Exception {
    ContentKey namesake =
        new ContentKey(
            "k1",
            ContentEncryption.A128CBC_HS256,
            State.ACTIVE,
            CraftedTokens.bytes("another deployment", 32));
    Path keys = file("namesake.jwks", CraftedTokens.keyFile(namesake));
    try (AttackedApp app = AllFamilies.plan(folder).start();
        AttackedApp other =
            AllFamilies.plan(folder)
                .setting("token.keys.file", keys.toString())
                .beside(app)
                .start()) {
      Seeds seeds = Seeds.of(app);
      for (Way way : Way.values()) {
        String token = other.secret(seeds.on(way).token());
        other.check(new Row("A30 " + way, way.refusals(token), it -> way.send(it.http(), token)));
      }
    }
  }

  /** A token that never expires is valid only while its key is kept. */
  @Test
  void b20_aTokenThatNeverExpiresLivesAsLongAsItsKeyIsKept() throws Exception {
    List<ContentKey> ring = new ArrayList<>();
    for (int rotation = 2; rotation <= 6; rotation++) {
      State state = rotation == 6 ? State.ACTIVE : State.ACCEPT;
      ring.add(key("k" + rotation, ContentEncryption.A128CBC_HS256, state));
    }
    try (AttackedApp app = AllFamilies.plan(folder).start()) {
      String token = app.open(Accounts.ALICE, 0);
      app.clock.move(TEN_YEARS);
      app.check(Row.of("B20 the old node", Verdict.OK, it -> Way.GET.send(it.http(), token)));
      ring.add(key("k1", ContentEncryption.A128CBC_HS256, State.ACCEPT));
      try (AttackedApp kept = withKeys(ring.toArray(new ContentKey[0])).beside(app).start()) {
        kept.check(Row.of("B20 kept", Verdict.OK, it -> Way.GET.send(it.http(), token)));
      }
      ring.set(ring.size() - 1, key("k1", ContentEncryption.A128CBC_HS256, State.RETIRED));
      try (AttackedApp gone = withKeys(ring.toArray(new ContentKey[0])).beside(app).start()) {
        gone.check(Row.of("B20 retired", Verdict.INVALID, it -> Way.GET.send(it.http(), token)));
        assertThat(gone.logged()).anyMatch(line -> line.contains("event=refused"));
      }
    }
  }

  @Test
  void a16_nobodyIsAskedForAKey() throws Exception {
    try (AttackedApp app = AllFamilies.plan(folder).start();
        ServerSocketChannel listener = ServerSocketChannel.open()) {
      listener.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
      listener.configureBlocking(false);
      int port = ((InetSocketAddress) listener.getLocalAddress()).getPort();
      Seeds seeds = Seeds.of(app);
      for (String member : List.of("jku", "x5u")) {
        String header =
            "{\"enc\":\"A128CBC-HS256\",\"alg\":\"dir\",\"%s\":\"http://127.0.0.1:%d/\",\"kid\":\"k1\"}"
                .formatted(member, port);
        Set<Way> all = EnumSet.allOf(Way.class);
        for (Row row :
            new ForgedTokens(app, seeds)
                .on(all, seed -> Map.of("A16 " + member, seed.headed(header)))
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
                            key.kid(), key.encryption(), key.state(), Seed.encoded(bytes(key))))
            .collect(Collectors.joining(",", "{\"keys\":[", "]}"));
    return AllFamilies.plan(folder).setting("token.keys.file", file("ring.jwks", ring).toString());
  }

  private Path file(String name, String text) throws Exception {
    Path file = Files.writeString(folder.resolve(name), text);
    return Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
  }

  private static ContentKey key(String kid, ContentEncryption encryption, State state) {
    return CraftedTokens.key(kid, encryption, state);
  }

  private static byte[] bytes(ContentKey key) {
    return CraftedTokens.bytes(key.kid(), key.encryption().keyLength());
  }
}
