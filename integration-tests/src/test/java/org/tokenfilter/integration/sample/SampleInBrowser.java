package org.tokenfilter.integration.sample;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** The packaged sample, and a browser that shows its page. */
final class SampleInBrowser implements AutoCloseable {

  private final Chromium browser;
  private final Runnable leaveBrowser;
  private final Path data;
  private final SampleProcess sample;

  private SampleInBrowser(
      Chromium browser, Runnable leaveBrowser, Path data, SampleProcess sample) {
    this.browser = browser;
    this.leaveBrowser = leaveBrowser;
    this.data = data;
    this.sample = sample;
  }

  /**
   * Starts both, which are stopped together.
   *
   * @param options the options of the sample's JVM
   */
  static SampleInBrowser start(String... options) throws IOException {
    Chromium browser = Chromium.start();
    try {
      return start(browser, browser::close, options);
    } catch (IOException | RuntimeException | Error e) {
      browser.close();
      throw e;
    }
  }

  /** Starts the sample for a browser that runs on, and whose cookies are those of before. */
  static SampleInBrowser startFor(Chromium browser, String... options) throws IOException {
    return start(browser, browser::leaveAllPages, options);
  }

  private static SampleInBrowser start(Chromium browser, Runnable leaveBrowser, String... options)
      throws IOException {
    Path data = Files.createTempDirectory(Path.of("target").toAbsolutePath(), "screen");
    SampleProcess sample = SampleProcess.start(data, options);
    return new SampleInBrowser(browser, leaveBrowser, data, sample);
  }

  Chromium browser() {
    return browser;
  }

  SampleProcess sample() {
    return sample;
  }

  /** Starts another process with the same data and address, after the first was stopped. */
  SampleProcess restart() throws IOException {
    return SampleProcess.start(data, "-Djetty.port=" + sample.address().getPort());
  }

  /** Opens the page in the first window. */
  PageWindow page() {
    return browser.window().open(sample.address());
  }

  /** Opens the page in another window. */
  PageWindow pageInAnotherWindow() {
    return browser.anotherWindow().open(sample.address());
  }

  @Override
  public void close() {
    try {
      leaveBrowser.run(); // throws if the browser has crashed
    } finally {
      sample.close();
    }
  }
}
