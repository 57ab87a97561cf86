package org.tokenfilter.integration.sample;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.logging.Level;
import java.util.logging.Logger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.openqa.selenium.Cookie;
import org.openqa.selenium.WindowType;
import org.openqa.selenium.chrome.ChromeDriver;
import org.openqa.selenium.chrome.ChromeDriverService;
import org.openqa.selenium.chrome.ChromeOptions;
import org.openqa.selenium.logging.LogEntry;
import org.openqa.selenium.logging.LogType;
import org.openqa.selenium.logging.LoggingPreferences;

/** A headless browser and its windows. */
final class Chromium implements AutoCloseable {

  private static final String MISSING =
      "The page is not tested: chromium or chromedriver is missing."
          + " On Debian: apt-get install chromium chromium-driver";

  private static final Pattern NETWORK =
      Pattern.compile(
          "https?://[^/]+(/\\S*) - Failed to load resource:"
              + " (?:the server responded with a status of )?(\\S+).*");

  /**
   * The logger of a class that warns of browsers newer than itself; no command here depends on it.
   */
  private static final Logger VERSIONS =
      Logger.getLogger("org.openqa.selenium.devtools.CdpVersionFinder");

  static {
    VERSIONS.setLevel(Level.SEVERE);
  }

  private final ChromeDriver driver;
  private final String first;

  private Chromium(ChromeDriver driver) {
    this.driver = driver;
    this.first = driver.getWindowHandle();
  }

  /**
   * Starts the browser, or skips the test if it is not installed.
   *
   * @param more further arguments of its command line
   */
  static Chromium start(String... more) {
    Optional<Path> browser = findOnPath("chromium");
    Optional<Path> remote = findOnPath("chromedriver");
    boolean there = browser.isPresent() && remote.isPresent();
    if (!there) {
      System.err.println(MISSING); // otherwise only the reports contain an assumption's reason
    }
    assumeTrue(there, MISSING);
    ChromeOptions options = new ChromeOptions();
    options.setBinary(browser.orElseThrow().toFile());
    options.addArguments(
        "--headless=new",
        "--no-sandbox", // the sandbox does not start for root, and the pages are trusted
        "--disable-gpu",
        "--disable-dev-shm-usage",
        "--disable-quic",
        "--disable-sync",
        "--disable-background-networking",
        "--disable-component-update",
        "--no-first-run",
        "--hide-scrollbars",
        "--no-proxy-server");
    options.addArguments(more);
    LoggingPreferences logs = new LoggingPreferences();
    logs.enable(LogType.BROWSER, Level.ALL);
    options.setCapability(ChromeOptions.LOGGING_PREFS, logs);
    ChromeDriverService service = ChromeDriverService.createDefaultService();
    service.setExecutable(remote.orElseThrow().toString());
    return new Chromium(new ChromeDriver(service, options));
  }

  private static Optional<Path> findOnPath(String name) {
    return Stream.of(System.getenv("PATH").split(File.pathSeparator, -1))
        .map(folder -> Path.of(folder, name))
        .filter(Files::isExecutable)
        .findFirst();
  }

  /** Returns the cookie that the page of the current window sends, or null if there is none. */
  @Nullable Cookie cookie(String name) {
    return driver.manage().getCookieNamed(name);
  }

  /** Deletes the cookies of all hosts. */
  void clearCookies() {
    sendCommand(driver, "Network.clearBrowserCookies", Map.of());
  }

  /** Returns the first window. */
  PageWindow window() {
    return new PageWindow(driver, first);
  }

  /** Opens another window of the same user. */
  PageWindow anotherWindow() {
    driver.switchTo().newWindow(WindowType.WINDOW);
    return new PageWindow(driver, driver.getWindowHandle());
  }

  /** Closes all windows but the first. */
  void closeTheOtherWindows() {
    for (String handle : driver.getWindowHandles()) {
      if (!handle.equals(first)) {
        driver.switchTo().window(handle).close();
      }
    }
    driver.switchTo().window(first);
  }

  /** Leaves the pages of all windows, of which only the first stays, and their console entries. */
  void leaveAllPages() {
    closeTheOtherWindows();
    driver.get("about:blank");
    drainSevereEntries();
  }

  /**
   * Returns the severe console entries of all windows since the last call: a network entry as
   * status and path, any other entry unchanged.
   */
  List<String> drainSevereEntries() {
    return driver.manage().logs().get(LogType.BROWSER).getAll().stream()
        .filter(entry -> entry.getLevel().intValue() >= Level.SEVERE.intValue())
        .map(LogEntry::getMessage)
        .map(Chromium::shortened)
        .toList();
  }

  private static String shortened(String message) {
    Matcher network = NETWORK.matcher(message);
    return network.matches() ? network.group(2) + " " + network.group(1) : message;
  }

  /** Sends a DevTools command to the current page, for effects that no user can cause. */
  static void sendCommand(ChromeDriver driver, String command, Map<String, Object> parameters) {
    driver.executeCdpCommand(command, parameters);
  }

  @Override
  public void close() {
    Optional<Path> left = leftoverFolder();
    try {
      driver.quit();
    } finally {
      left.filter(Files::isDirectory).ifPresent(Chromium::delete);
    }
  }

  /** Deletes a folder that contains only links, some of them dangling. */
  private static void delete(Path folder) {
    try (Stream<Path> inside = Files.list(folder)) {
      for (Path link : inside.toList()) {
        Files.deleteIfExists(link);
      }
      Files.deleteIfExists(folder);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Returns the folder outside its profile that the browser leaves behind after it quits. */
  private Optional<Path> leftoverFolder() {
    if (driver.getCapabilities().getCapability("chrome") instanceof Map<?, ?> facts
        && facts.get("userDataDir") instanceof String profile) {
      Path socket = Path.of(profile, "SingletonSocket");
      try {
        return Optional.ofNullable(Files.readSymbolicLink(socket).getParent());
      } catch (IOException | UnsupportedOperationException none) {
        return Optional.empty(); // not every system has one, and then nothing is left behind
      }
    }
    return Optional.empty();
  }
}
