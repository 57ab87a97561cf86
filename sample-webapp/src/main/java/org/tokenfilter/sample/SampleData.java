package org.tokenfilter.sample;

import jakarta.servlet.ServletContext;
import jakarta.servlet.ServletContextEvent;
import jakarta.servlet.ServletContextListener;
import java.io.File;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Configures the location of the keys and tokens of the sample: the folder {@code
 * -Dsample.data=DIR}, which is created for its owner only, or by default a temporary folder of the
 * container. A real application would configure them in its web.xml.
 */
public final class SampleData implements ServletContextListener {

  private static final Logger LOG = LoggerFactory.getLogger(SampleData.class);
  private static final String FOLDER = "sample.data";
  private static final String ACCOUNTS = "/WEB-INF/accounts";

  /** A listener for web.xml. */
  public SampleData() {}

  @Override
  public void contextInitialized(ServletContextEvent event) {
    ServletContext context = event.getServletContext();
    try {
      Path folder = folder(context);
      createOwnerOnly(folder);
      context.setInitParameter("token.keys.file", folder.resolve("keys.jwks").toString());
      context.setInitParameter("token.store", PooledH2StoreProvider.NAME);
      context.setInitParameter(
          "token.store." + PooledH2StoreProvider.NAME + ".file",
          folder.resolve("tokens").toString());
      context.setInitParameter("token.credentials.file", accounts(context, folder).toString());
    } catch (IOException e) {
      throw new UncheckedIOException(
          "the sample cannot store its keys and tokens; name a folder: -D" + FOLDER + "=DIR", e);
    }
    // The default value; explicit, since no other application shares this store and these keys.
    String path = context.getContextPath();
    context.setInitParameter("token.audience", path.isEmpty() ? "ROOT" : path);
  }

  private static Path folder(ServletContext context) throws IOException {
    String named = System.getProperty(FOLDER);
    if (named != null) {
      return Path.of(named).toAbsolutePath();
    }
    Path given =
        context.getAttribute(ServletContext.TEMPDIR) instanceof File temporary
            ? temporary.toPath().toAbsolutePath().resolve("sample-data")
            : Files.createTempDirectory("sample-data-");
    LOG.warn(
        "{} is not set. Keys and tokens are stored in {}, which the container may empty."
            + " To keep them, name a folder: -D{}=DIR",
        FOLDER,
        given,
        FOLDER);
    return given;
  }

  /** Returns the path of the accounts; if the WAR is not unpacked, that of a copy. */
  private static Path accounts(ServletContext context, Path folder) throws IOException {
    String unpacked = context.getRealPath(ACCOUNTS);
    if (unpacked != null && Files.isReadable(Path.of(unpacked))) {
      return Path.of(unpacked);
    }
    Path copy = folder.resolve("accounts");
    try (InputStream packed = context.getResourceAsStream(ACCOUNTS)) {
      if (packed == null) {
        throw new FileNotFoundException(ACCOUNTS + " is not in the WAR");
      }
      Files.copy(packed, copy, StandardCopyOption.REPLACE_EXISTING);
    }
    return copy;
  }

  private static void createOwnerOnly(Path folder) throws IOException {
    boolean posix = FileSystems.getDefault().supportedFileAttributeViews().contains("posix");
    if (Files.isDirectory(folder)) {
      return;
    }
    Path parent = folder.getParent();
    if (parent != null) {
      Files.createDirectories(parent);
    }
    if (posix) {
      var ownerOnly = PosixFilePermissions.fromString("rwx------");
      Files.createDirectory(folder, PosixFilePermissions.asFileAttribute(ownerOnly));
    } else {
      Files.createDirectory(folder);
    }
  }
}
