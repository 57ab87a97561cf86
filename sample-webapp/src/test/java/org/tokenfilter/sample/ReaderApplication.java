package org.tokenfilter.sample;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import javax.tools.DiagnosticCollector;
import javax.tools.JavaCompiler;
import javax.tools.JavaFileObject;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;

/**
 * The web application of a reader of the README. The tests write its snippets into files, as the
 * reader would, and add only the parts that a file cannot do without.
 */
final class ReaderApplication {

  private static final String WEB_XML =
      """
      <?xml version="1.0" encoding="UTF-8"?>
      <web-app xmlns="https://jakarta.ee/xml/ns/jakartaee"
               xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"
               xsi:schemaLocation="https://jakarta.ee/xml/ns/jakartaee https://jakarta.ee/xml/ns/jakartaee/web-app_6_0.xsd"
               version="6.0">
      %s
      </web-app>
      """;

  private final Path folder;

  /** Creates the application in an empty folder, which also stands for {@code /etc/shop}. */
  ReaderApplication(Path folder) throws IOException {
    this.folder = folder;
    page("index.html", "welcome");
    page("public/page.html", "public");
    page("page.html", "protected");
  }

  private void page(String path, String text) throws IOException {
    Path file = folder.resolve(path);
    Files.createDirectories(file.getParent());
    Files.writeString(file, text);
  }

  /** Writes the key file of the README, with a generated key. */
  void keys(String jwkSet) throws IOException {
    byte[] key = new byte[32];
    new SecureRandom().nextBytes(key);
    String k = Base64.getUrlEncoder().withoutPadding().encodeToString(key);
    Path file = Files.writeString(folder.resolve("keys.jwks"), jwkSet.replace("...", k));
    if (Files.getFileStore(file).supportsFileAttributeView("posix")) {
      Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
    }
  }

  void accounts(String lines) throws IOException {
    Files.writeString(folder.resolve("accounts"), lines);
  }

  void webXml(String elements) throws IOException {
    page("WEB-INF/web.xml", WEB_XML.formatted(withLocalPaths(elements)));
  }

  /** Compiles a class into WEB-INF/classes. */
  Path compile(String className, String source) throws IOException {
    Path classes = Files.createDirectories(folder.resolve("WEB-INF/classes"));
    Path file = Files.writeString(folder.resolve(className + ".java"), withLocalPaths(source));
    JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
    DiagnosticCollector<JavaFileObject> mistakes = new DiagnosticCollector<>();
    try (StandardJavaFileManager files =
        compiler.getStandardFileManager(mistakes, Locale.ROOT, null)) {
      List<String> options =
          List.of("-d", classes.toString(), "-classpath", System.getProperty("java.class.path"));
      if (!compiler
          .getTask(null, files, mistakes, options, null, files.getJavaFileObjects(file))
          .call()) {
        throw new AssertionError("the README does not compile: " + mistakes.getDiagnostics());
      }
    }
    return classes;
  }

  WebApplication start() throws Exception {
    return new WebApplication(folder).start();
  }

  String withLocalPaths(String text) {
    return text.replace("/etc/shop/", folder.toString() + "/");
  }
}
