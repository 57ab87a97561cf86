package com.example.folderstore;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import javax.tools.JavaCompiler;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The folder docs/examples/store-skeleton, with which a plugin author begins. Its pom is that of
 * the store in a file of SQLite, which the build runs.
 */
class SkeletonTest {

  private static final Path EXAMPLES = Path.of("..");
  private static final Path SKELETON = EXAMPLES.resolve("store-skeleton");

  @Test
  void skeletonCompilesWithoutAWarning(@TempDir Path classes) throws IOException {
    JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
    StringWriter messages = new StringWriter();
    try (Stream<Path> all = Files.walk(SKELETON.resolve("src"));
        StandardJavaFileManager files =
            compiler.getStandardFileManager(null, Locale.ROOT, StandardCharsets.UTF_8)) {
      List<Path> sources = all.filter(file -> file.toString().endsWith(".java")).toList();
      List<String> options =
          List.of(
              "-d",
              classes.toString(),
              "-Xlint:all,-processing,-path",
              "-proc:none",
              "-classpath",
              System.getProperty("java.class.path"));
      compiler
          .getTask(messages, files, null, options, null, files.getJavaFileObjectsFromPaths(sources))
          .call();

      assertThat(sources).hasSize(4);
    }
    assertThat(messages.toString()).isEmpty();
    assertThat(classes.resolve("com/example/mystore/MyTokenStoreTest.class")).exists();
  }

  @Test
  void pomIsTheOneOfTheStoreInAFileOfSqlite() throws IOException {
    String example =
        Files.readString(EXAMPLES.resolve("sqlite-store/pom.xml"))
            .replaceAll("(?s)<dependency>\\s*<groupId>org.xerial.*?</dependency>", "")
            .replaceAll("<!-- This example .*-->\\s*<maven.deploy.skip>.*>", "")
            .replaceAll("<!-- A store that is used .*-->\\s*<token-store-tck.rounds>.*>", "")
            .replaceAll("(?s)<systemPropertyVariables>.*</systemPropertyVariables>", "")
            .replaceAll("<description>.*</description>", "")
            .replace("sqlite-token-store", "my-token-store");
    String skeleton =
        Files.readString(SKELETON.resolve("pom.xml"))
            .replaceAll("<description>.*</description>", "");

    assertThat(skeleton).isEqualToIgnoringWhitespace(example);
  }

  @Test
  void providerIsRegistered() throws IOException {
    Path services = SKELETON.resolve("src/main/resources/META-INF/services");
    String name =
        Files.readString(services.resolve("org.tokenfilter.store.TokenStoreProvider")).strip();

    assertThat(
            SKELETON.resolve("src/main/java").resolve(name.replace(".", File.separator) + ".java"))
        .exists();
  }
}
