package com.example.folderstore;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The plugin as applications use it: a jar in WEB-INF/lib, chosen by its name. */
class FolderStoreInWarTest {

  private static final String ALICE =
      "Basic "
          + Base64.getEncoder()
              .encodeToString("alice:wonderland".getBytes(StandardCharsets.US_ASCII));

  @TempDir private Path folder;

  @Test
  void tokensAndRevocationsSurviveARestart() throws Exception {
    Path war = folder.resolve("war");
    WarApp.create(war, contextParams());
    String live;
    String ended;
    try (WarApp app = new WarApp(war)) {
      live = issueToken(app);
      ended = issueToken(app);
      assertThat(helloStatus(app, live)).isEqualTo(200);
      assertThat(helloStatus(app, ended)).isEqualTo(200);
      assertThat(app.send("POST", "/security/rest/token/logout", ended).statusCode())
          .isEqualTo(204);
    }
    assertThat(folder.resolve("tokens/rows")).isDirectoryContaining("glob:**/r*");
    assertThat(war.resolve("WEB-INF/lib/folder-store.jar")).exists();

    try (WarApp app = new WarApp(war)) {
      assertThat(helloStatus(app, live)).isEqualTo(200);
      assertThat(helloStatus(app, ended)).isEqualTo(401);
      assertThat(helloStatus(app, "Bearer nothing")).isEqualTo(401);
    }
  }

  private static int helloStatus(WarApp app, String token)
      throws IOException, InterruptedException {
    return app.send("GET", "/hello.txt", token).statusCode();
  }

  private static String issueToken(WarApp app) throws IOException, InterruptedException {
    String answer = app.send("GET", "/security/rest/token/access/5", ALICE).body();
    return "Bearer " + answer.replaceFirst(".*\"access_token\":\"([^\"]+)\".*", "$1");
  }

  private String contextParams() throws IOException {
    Path accounts =
        Files.writeString(
            folder.resolve("accounts"),
            "alice:$pbkdf2-sha512$1000$K9gGyX8OAK8aH8Myj6djqQ"
                + "$6Kg7D1IPp20yNfGojno5pD1tWWRCEL26fIEcLDBFKjU:user\n");
    Map<String, Object> settings =
        Map.of(
            "token.store",
            "folder",
            "token.store.folder.folder",
            folder.resolve("tokens"),
            "token.keys.file",
            folder.resolve("keys.jwks"),
            "token.keys.generate",
            true,
            "token.credentials",
            "file",
            "token.credentials.file",
            accounts);
    return settings.entrySet().stream()
        .map(
            setting ->
                "<context-param><param-name>%s</param-name><param-value>%s</param-value></context-param>"
                    .formatted(setting.getKey(), setting.getValue()))
        .collect(Collectors.joining());
  }
}
