package org.tokenfilter.integration.sample;

import java.net.URI;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.openqa.selenium.By;
import org.openqa.selenium.Keys;
import org.openqa.selenium.NoSuchElementException;
import org.openqa.selenium.OutputType;
import org.openqa.selenium.StaleElementReferenceException;
import org.openqa.selenium.WebElement;
import org.openqa.selenium.chrome.ChromeDriver;
import org.openqa.selenium.interactions.Actions;
import org.openqa.selenium.support.ui.WebDriverWait;

/** The sample's page in one window: the actions of users and the texts that they read. */
final class PageWindow {

  private static final Duration PATIENCE = Duration.ofSeconds(20);
  private static final Duration POLL_INTERVAL = Duration.ofMillis(50);

  private static final String FOCUSED = "return document.activeElement.outerHTML";

  /** Returns whether the focused element or its label has a visible outline. */
  private static final String FOCUS_VISIBLE =
      """
      const it = document.activeElement;
      return [it, it.closest('label')].some(drawn => drawn !== null
          && getComputedStyle(drawn).outlineStyle !== 'none'
          && parseFloat(getComputedStyle(drawn).outlineWidth) >= 2);
      """;

  private static final String REQUEST_COUNT =
      """
      return performance.getEntriesByType('resource')
          .filter(it => new URL(it.name).pathname === arguments[0]).length;
      """;

  private final ChromeDriver driver;
  private final String handle;

  PageWindow(ChromeDriver driver, String handle) {
    this.driver = driver;
    this.handle = handle;
  }

  /** Opens the page, and waits until its scripts have started. */
  PageWindow open(URI address) {
    driver().get(address.toString());
    await("the scripts of the page", () -> !elements("#refusals-list dt").isEmpty());
    return this;
  }

  /** Opens a page that is not the sample's. */
  PageWindow visit(String address) {
    driver().get(address);
    return this;
  }

  /**
   * Runs a script in the page and returns its result, which the script passes to the function that
   * is its last argument.
   */
  String runAsyncScript(String script, Object... arguments) {
    driver().manage().timeouts().scriptTimeout(PATIENCE);
    return String.valueOf(driver().executeAsyncScript(script, arguments));
  }

  /** Logs in with the printed password of an account. */
  void logIn(String account, String kind) {
    click("input[value=" + account + "]");
    click("input[value=" + kind + "]");
    click("#login-button");
    awaitText("#who-text", account + " is logged in");
    awaitText("#life .time", ":");
  }

  /** Clicks the button and returns the message that the panel then shows. */
  String press(String button, String said) {
    click(button);
    return await("an answer to " + button, () -> text(said));
  }

  /** Calls a protected resource by its button. */
  String call(String path) {
    return press("[data-path='" + path + "']:not([data-with])", "#calls-said");
  }

  /** Calls a resource by a button that adds or omits what the page would send by default. */
  String callWith(String what) {
    return press("[data-with=" + what + "]", "#calls-said");
  }

  /** Returns the newest exchange: request line, relevant headers and body. */
  String wire() {
    return text("#wire-list li:first-child");
  }

  void click(String css) {
    await(css + " to be clicked", () -> element(css).isDisplayed() && element(css).isEnabled());
    element(css).click();
  }

  /** Returns the visible text; empty if nothing is shown. */
  String text(String css) {
    return element(css).getText();
  }

  boolean enabled(String css) {
    return element(css).isEnabled();
  }

  void awaitText(String css, String part) {
    await(css + " to say: " + part, () -> text(css).contains(part));
  }

  WebElement element(String css) {
    return driver().findElement(By.cssSelector(css));
  }

  List<WebElement> elements(String css) {
    return driver().findElements(By.cssSelector(css));
  }

  /** Returns the remaining lifetime that the page shows, in seconds. */
  int secondsLeft() {
    return Arrays.stream(text("#life .time").split(":", -1))
        .mapToInt(Integer::parseInt)
        .reduce(0, (all, next) -> all * 60 + next);
  }

  /**
   * Waits until the page has checked its token once more, so that the next check is a while away.
   */
  void awaitStatusCheck() {
    String before = text("#looks");
    await("a status check", () -> !text("#looks").equals(before));
  }

  /** Returns how often the page has requested a path since it was opened. */
  long requestCount(String path) {
    return evaluate(REQUEST_COUNT, Long.class, path);
  }

  /** Makes the page believe that it is hidden or visible. */
  void pretendHidden(boolean hidden) {
    execute(
        "Object.defineProperty(document, 'hidden', { value: %s, configurable: true })"
            .formatted(hidden));
    execute("document.dispatchEvent(new Event('visibilitychange'))");
  }

  /** Presses keys in the focused element. */
  void pressKeys(CharSequence... keys) {
    new Actions(driver()).sendKeys(keys).perform();
  }

  /** Presses the tab key until the element has the focus, which must be visible on each stop. */
  void tabTo(String css) {
    int stops = elements("a, button, input, select, summary").size();
    for (int i = 0; i < stops; i++) {
      pressKeys(Keys.TAB);
      if (!evaluate(FOCUS_VISIBLE, Boolean.class)) {
        throw new AssertionError("the focus is not visible on " + evaluate(FOCUSED, String.class));
      }
      if (evaluate("return document.activeElement.matches(arguments[0])", Boolean.class, css)) {
        return;
      }
    }
    throw new AssertionError("the tab key does not reach " + css);
  }

  /** Emulates a desktop or phone screen in a light or dark color scheme. */
  void setViewport(int width, int height, String scheme) {
    Chromium.sendCommand(
        driver(),
        "Emulation.setDeviceMetricsOverride",
        Map.of("width", width, "height", height, "deviceScaleFactor", 1, "mobile", width < 600));
    emulate(List.of(Map.of("name", "prefers-color-scheme", "value", scheme)));
  }

  /** Emulates preferences of the system: media features by name and value. */
  void emulate(List<Map<String, String>> features) {
    Chromium.sendCommand(driver(), "Emulation.setEmulatedMedia", Map.of("features", features));
  }

  byte[] picture() {
    return driver().getScreenshotAs(OutputType.BYTES);
  }

  /** Runs a script in the page. */
  void execute(String script) {
    driver().executeScript(script);
  }

  /** Runs a script in the page and returns its result. */
  <T> T evaluate(String script, Class<T> type, @Nullable Object... arguments) {
    return Objects.requireNonNull(type.cast(driver().executeScript(script, arguments)));
  }

  /** Runs a script in the page that passes its result to the function that is its last argument. */
  <T> T evaluateAsync(String script, Class<T> type, @Nullable Object... arguments) {
    return Objects.requireNonNull(type.cast(driver().executeAsyncScript(script, arguments)));
  }

  /** Waits until the condition is true or a text that is not empty. */
  <T> T await(String what, Supplier<T> condition) {
    return await(what, PATIENCE, condition);
  }

  /** Waits at most this long until the condition is true or a text that is not empty. */
  <T> T await(String what, Duration maxWait, Supplier<T> condition) {
    return new WebDriverWait(driver(), maxWait, POLL_INTERVAL)
        .ignoring(StaleElementReferenceException.class, NoSuchElementException.class)
        .withMessage(what)
        .until(
            unused -> {
              T found = condition.get();
              return "".equals(found) ? null : found;
            });
  }

  private ChromeDriver driver() {
    driver.switchTo().window(handle);
    return driver;
  }
}
