package org.tokenfilter.tools;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tokenfilter.keys.ContentKey;
import org.tokenfilter.keys.JwkSetFile;
import org.tokenfilter.keys.KeyRing;
import org.tokenfilter.store.tck.SettableClock;

class KeysCommandTest {

  private static final Pattern K = Pattern.compile("\"k\":\"([^\"]+)\"");

  @TempDir private Path folder;

  @Test
  void rotationNamesTheNextStep() throws IOException {
    CommandResult made = runSuccessfully("create");
    assertThat(made.out())
        .startsWith("Created " + file() + ".\nk1 A128CBC-HS256 active ")
        .contains("Next: copy this file to every node");
    assertThat(Files.getPosixFilePermissions(file()))
        .isEqualTo(PosixFilePermissions.fromString("rw-------"));

    CommandResult staged = runSuccessfully("rotate");
    assertThat(ring()).hasToString("KeyRing[k1 active A128CBC-HS256, k2 staged A128CBC-HS256]");
    assertThat(staged.out()).contains("wait until each has read it", "keys rotate --activate FILE");

    CommandResult activated = runSuccessfully("rotate", "--activate");
    assertThat(ring()).hasToString("KeyRing[k1 accept A128CBC-HS256, k2 active A128CBC-HS256]");
    assertThat(activated.out())
        .contains("New tokens use 'k2'", "keys retire FILE KID", "token.max-lifetime");

    CommandResult retired = runSuccessfully("retire", "k1");
    assertThat(ring()).hasToString("KeyRing[k1 retired A128CBC-HS256, k2 active A128CBC-HS256]");
    assertThat(retired.out()).contains("refuses all tokens of 'k1'");

    assertThat(runSuccessfully("list").out())
        .matches("k1 A128CBC-HS256 retired \\S{8}\nk2 A128CBC-HS256 active \\S{8}\n");
  }

  @Test
  void keepsCreationTimeOfEachKey() throws IOException {
    SettableClock clock = new SettableClock(Instant.parse("2026-11-22T10:00:00Z"));
    CommandResult.run(clock, "", "keys", "create", file().toString());
    clock.move(Duration.ofDays(90));
    CommandResult.run(clock, "", "keys", "rotate", file().toString());
    clock.move(Duration.ofDays(1));
    CommandResult.run(clock, "", "keys", "rotate", "--activate", file().toString());
    assertThat(ring().keys())
        .extracting(ContentKey::createdAt)
        .containsExactly(
            Instant.parse("2026-11-22T10:00:00Z"), Instant.parse("2027-02-20T10:00:00Z"));
  }

  @Test
  void noCommandShowsAKey() throws IOException {
    StringBuilder shown = new StringBuilder();
    for (String[] command :
        new String[][] {
          {"create"}, {"rotate"}, {"rotate", "--activate"}, {"retire", "k1"}, {"list"}
        }) {
      shown.append(runSuccessfully(command).out());
    }
    Matcher keys = K.matcher(Files.readString(file()));
    int number = 0;
    while (keys.find()) {
      String k = keys.group(1);
      for (int i = 0; i + 8 <= k.length(); i++) {
        assertThat(shown).doesNotContain(k.substring(i, i + 8));
      }
      number++;
    }
    assertThat(number).isEqualTo(2);
  }

  @Test
  void thumbprintsIdentifyTheSameKey() throws IOException {
    String list = keyLine(runSuccessfully("create").out());
    Files.move(file(), folder.resolve("copy"));
    assertThat(keyLine(run("list", folder.resolve("copy").toString()).out())).isEqualTo(list);
    assertThat(keyLine(runSuccessfully("create").out())).isNotEqualTo(list);
  }

  private static String keyLine(String out) {
    return out.lines().filter(line -> line.startsWith("k1 ")).findFirst().orElseThrow();
  }

  @Test
  void neverReplacesAnExistingFile() throws IOException {
    Files.writeString(file(), "something else");
    CommandResult refused = run("create", file().toString());
    assertThat(refused.status()).isEqualTo(1);
    assertThat(refused.err())
        .isEqualTo("token-filter-tools: " + file() + " exists already and was not changed\n");
    assertThat(file()).hasContent("something else");
  }

  @Test
  void neverReplacesABrokenFile() throws IOException {
    runSuccessfully("create");
    String broken = Files.readString(file()).replace("active", "lost");
    Files.writeString(file(), broken);
    for (String[] command :
        new String[][] {{"rotate"}, {"rotate", "--activate"}, {"retire", "k1"}, {"list"}}) {
      CommandResult refused = runOnFile(command);
      assertThat(refused.status()).isEqualTo(1);
      assertThat(refused.err()).contains("key 'k1': state is not one of staged").hasLineCount(1);
    }
    assertThat(file()).hasContent(broken);
  }

  @Test
  void refusesStepOutOfOrderAndNamesTheNext() throws IOException {
    runSuccessfully("create");
    assertRefused("no key is staged. First: keys rotate FILE", "rotate", "--activate");
    assertRefused("key 'k1' is the active one", "retire", "k1");
    assertRefused("the key file has no key of this name", "retire", "k9");
    runSuccessfully("rotate");
    assertRefused("key 'k2' is staged already", "rotate");
    assertRefused("no key 'k1' is staged", "rotate", "--activate", "--kid", "k1");
    assertRefused(
        "--enc is only allowed in the first step", "rotate", "--activate", "--enc", "A256GCM");
    assertThat(ring()).hasToString("KeyRing[k1 active A128CBC-HS256, k2 staged A128CBC-HS256]");
  }

  private void assertRefused(String message, String... command) {
    CommandResult refused = runOnFile(command);
    assertThat(refused.status()).as(message).isEqualTo(1);
    assertThat(refused.err()).startsWith("token-filter-tools: " + message).hasLineCount(1);
  }

  @Test
  void requiresKidIfSeveralKeysAreStaged() throws IOException {
    runSuccessfully("create");
    runSuccessfully("rotate");
    Files.writeString(
        file(),
        Files.readString(file())
            .replace("\n]}", ",\n" + line("k3", "A".repeat(42) + "E") + "\n]}"));
    assertRefused("several keys are staged", "rotate", "--activate");
    runSuccessfully("rotate", "--activate", "--kid", "k3");
    assertThat(ring())
        .hasToString(
            "KeyRing[k1 accept A128CBC-HS256, k2 staged A128CBC-HS256, k3 active A128CBC-HS256]");
  }

  private static String line(String kid, String k) {
    return """
        {"kty":"oct","kid":"%s","use":"enc","alg":"A128CBC-HS256","state":"staged","k":"%s"}"""
        .formatted(kid, k);
  }

  @Test
  void nextKeyKeepsTheEncryptionByDefault() throws IOException {
    runSuccessfully("create", "--enc", "A256GCM", "--kid", "2026-03");
    runSuccessfully("rotate");
    runSuccessfully("rotate", "--activate");
    runSuccessfully("rotate", "--enc", "A256CBC-HS512", "--kid", "next");
    assertThat(ring())
        .hasToString(
            "KeyRing[2026-03 accept A256GCM, k1 active A256GCM, next staged A256CBC-HS512]");
  }

  @Test
  void doesNotReuseKid() throws IOException {
    runSuccessfully("create");
    runSuccessfully("rotate");
    runSuccessfully("rotate", "--activate");
    runSuccessfully("retire", "k1");
    assertRefused("two keys have the kid 'k1'", "rotate", "--kid", "k1");
    runSuccessfully("rotate");
    assertThat(ring().keys().get(2)).hasToString("k3 staged A128CBC-HS256");
  }

  @Test
  void retiringTwiceChangesNothing() throws IOException {
    runSuccessfully("create");
    runSuccessfully("rotate");
    runSuccessfully("retire", "k2");
    String content = Files.readString(file());
    runSuccessfully("retire", "k2");
    assertThat(file()).hasContent(content);
  }

  @Test
  void reportsMissingFileAndWrongEncryptionInOneLine() {
    assertRefused("there is no file " + file(), "list");
    CommandResult usage = runOnFile("create", "--enc", "A192GCM");
    assertThat(usage.status()).isEqualTo(2);
    assertThat(usage.err()).contains("not one of A128CBC-HS256, A256CBC-HS512, A256GCM");
    assertThat(file()).doesNotExist();
    assertThat(run().status()).isEqualTo(2);
  }

  private Path file() {
    return folder.resolve("keys.jwks");
  }

  private KeyRing ring() throws IOException {
    return JwkSetFile.read(file());
  }

  private CommandResult runSuccessfully(String... command) {
    CommandResult answer = runOnFile(command);
    assertThat(answer.err()).isEmpty();
    assertThat(answer.status()).isZero();
    return answer;
  }

  /** Runs a command with the file after the verb. */
  private CommandResult runOnFile(String... command) {
    List<String> args = new java.util.ArrayList<>(List.of(command));
    args.add(1, file().toString());
    return run(args.toArray(String[]::new));
  }

  private static CommandResult run(String... command) {
    List<String> args = new java.util.ArrayList<>(List.of(command));
    args.add(0, "keys");
    return CommandResult.run(Clock.systemUTC(), "", args.toArray(String[]::new));
  }
}
