package org.tokenfilter.integration.jar;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import javax.tools.DiagnosticCollector;
import javax.tools.JavaCompiler;
import javax.tools.JavaFileObject;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;

/** The application under {@code src/test/program}, compiled as users would. */
final class ExampleProgram {

  static final String MODULE = "com.example.shop";
  static final String MAIN = "com.example.shop.Main";

  private static final Path SOURCES = Path.of("src/test/program");

  private ExampleProgram() {}

  static void compileAsModule(Path folder, List<LibraryJar> jars) throws Exception {
    compile(
        List.of("-Werror", "-Xlint:all", "-d", folder.toString(), "-p", LibraryJar.joinPaths(jars)),
        SOURCES.resolve("module-info.java"),
        SOURCES.resolve("com/example/shop/Main.java"));
  }

  static void compile(Path folder, List<LibraryJar> jars) throws Exception {
    compile(
        List.of("-d", folder.toString(), "-cp", LibraryJar.joinPaths(jars)),
        SOURCES.resolve("com/example/shop/Main.java"));
  }

  /** Runs a JVM with only the class path or module path of these options; returns its output. */
  static String run(Path folder, String... options) throws Exception {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of(options));
    Path errors = folder.resolve("errors");
    Process process = new ProcessBuilder(command).redirectError(errors.toFile()).start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor()).as(Files.readString(errors)).isZero();
    return output.strip();
  }

  private static void compile(List<String> options, Path... sources) throws Exception {
    JavaCompiler compiler = Objects.requireNonNull(ToolProvider.getSystemJavaCompiler());
    DiagnosticCollector<JavaFileObject> found = new DiagnosticCollector<>();
    try (StandardJavaFileManager files =
        compiler.getStandardFileManager(found, Locale.ROOT, StandardCharsets.UTF_8)) {
      StringWriter output = new StringWriter();
      boolean compiled =
          compiler
              .getTask(output, files, found, options, null, files.getJavaFileObjects(sources))
              .call();
      assertThat(compiled).as("%s %s", found.getDiagnostics(), output).isTrue();
    }
  }
}
