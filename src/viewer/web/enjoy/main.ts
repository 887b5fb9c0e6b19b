import { SCREEN_HEIGHT, SCREEN_WIDTH } from "../../../nes/hardware.js";
import {
  PictureKind,
  SPEEDS,
  type Chooser,
  type EnjoyCommand,
  type EnjoyDecision,
  type EnjoyHello,
  type EnjoyMessage,
  type EnjoyState,
} from "../../protocol/protocol.js";
import { byId, letGoAfterClicks, make } from "../shared/dom.js";
import { PictureQueue, type DecodedPicture } from "../shared/picture.js";
import { PixelCanvas } from "../shared/pixel-canvas.js";
import { PageSocket } from "../shared/socket.js";
import { StageMap } from "../shared/stage-map.js";
import { followTheme } from "../shared/theme.js";
import { Controller } from "./controller.js";
import { EpisodeList } from "./episode-list.js";
import { Figures } from "./figures.js";
import { listenToKeys } from "./keys.js";
import { actionName, QBars } from "./q-bars.js";
import { SaliencyLayer } from "./saliency-layer.js";
import { StackView } from "./stack-view.js";
import { Transport } from "./transport.js";

const CHOOSERS: Readonly<Record<Chooser, string>> = {
  network: "chosen by the network",
  chance: "random (epsilon)",
  person: "chosen by you",
  record: "from the recording",
};
const NOTICE_MS = 4000;

const screen = new PixelCanvas(byId("screen", HTMLCanvasElement), SCREEN_WIDTH, SCREEN_HEIGHT);
const saliency = new SaliencyLayer();
const stack = new StackView(byId("stack"));
const figures = new Figures(byId("figures"));
const send = (command: EnjoyCommand): void => {
  socket.send(command);
};
const controller = new Controller((buttons) => {
  send({ t: "keys", buttons });
});
byId("controller").append(controller.element);
const transport = new Transport({
  send,
  onSaliency: (on) => {
    socket.send({ t: "want", what: "saliency", on });
    if (!on) {
      saliency.clear();
      screen.copy(screen.picture);
    }
  },
});

/** What exists once the program has said what is played. */
interface Parts {
  readonly hello: EnjoyHello;
  readonly bars: QBars;
  readonly map: StageMap;
  readonly episodes: EpisodeList;
}
let parts: Parts | undefined;

const pictures = new PictureQueue((picture) => {
  if (picture.header.kind === PictureKind.screen) showScreen(picture);
  else if (picture.header.kind === PictureKind.stack) stack.show(picture);
  else if (picture.header.kind === PictureKind.saliency && transport.saliency) {
    saliency.take(picture);
    // While paused no screen follows.
    screen.copy(screen.picture);
    drawOver();
  }
});
const socket = new PageSocket({
  onText: (message) => {
    receive(message as EnjoyMessage);
  },
  onPicture: (bytes) => {
    pictures.push(bytes);
  },
  onStatus: (connected) => {
    const status = byId("status");
    status.classList.toggle("on", connected);
    status.textContent = connected ? "Connected" : "Waiting for mario";
    if (connected && transport.saliency) socket.send({ t: "want", what: "saliency", on: true });
  },
});

function receive(message: EnjoyMessage): void {
  switch (message.t) {
    case "hello":
      parts = begin(message);
      break;
    case "state":
      showState(message);
      break;
    case "decision":
      showDecision(message);
      break;
    case "episodes":
      parts?.episodes.set(message.entries);
      showEnds();
      break;
    case "episode":
      parts?.episodes.add(message.entry);
      showEnds();
      break;
    case "replayed":
      notice(
        message.same
          ? `Episode ${message.id}, exactly as it was played`
          : `Episode ${message.id} did not replay as it was played`,
      );
      break;
  }
}

function begin(hello: EnjoyHello): Parts {
  byId("about").textContent = `${hello.model} on ${hello.rom}, stage ${hello.stage.name}`;
  document.title = `${hello.stage.name} · mario enjoy`;
  const names = hello.actions.map(({ name }) => name);
  // The same stage again, after a lost connection: keep the map that was drawn.
  const isSame =
    parts?.hello.rom === hello.rom &&
    parts.hello.stage.name === hello.stage.name &&
    parts.hello.stage.distance === hello.stage.distance;
  if (!isSame) parts?.map.dispose();
  return {
    hello,
    bars: new QBars(byId("bars"), byId("axis"), names),
    map:
      isSame && parts
        ? parts.map
        : new StageMap(byId("map", HTMLCanvasElement), hello.stage.distance),
    episodes: new EpisodeList({
      body: byId("episodes"),
      summary: byId("summary"),
      stageDistance: hello.stage.distance,
      frameRate: hello.frameRate,
      onReplay: (id) => {
        send({ t: "replay", id });
      },
    }),
  };
}

function showState(state: EnjoyState): void {
  transport.show(state);
  parts?.episodes.mark(state.replay);
  const badge = byId("badge");
  badge.textContent = badgeText(state);
  badge.hidden = badge.textContent === "";
  badge.classList.toggle("person", state.person);
}

function badgeText({ paused, person, replay, finished }: EnjoyState): string {
  if (replay !== undefined) return `Replay of episode ${replay}${paused ? ", paused" : ""}`;
  if (finished) return "All episodes played";
  if (paused) return "Paused";
  return person ? "You play" : "";
}

function showDecision(decision: EnjoyDecision): void {
  if (parts === undefined) return;
  const action = parts.hello.actions[decision.action];
  parts.bars.show(decision.q, decision.action);
  byId("action").textContent = actionName(action.name);
  byId("chooser").textContent = CHOOSERS[decision.by];
  figures.show(decision, parts.hello);
  parts.map.place(decision.left < 0 ? undefined : decision.x);
}

function showScreen(picture: DecodedPicture): void {
  screen.draw(picture);
  controller.light(picture.header.held);
  parts?.map.look(screen.picture, picture.header.left);
  if (transport.saliency) drawOver();
}

function drawOver(): void {
  screen.overlay((context) => {
    saliency.draw(context);
  });
}

function showEnds(): void {
  if (parts === undefined) return;
  const { entries } = parts.episodes;
  parts.map.ends(
    entries.map(({ distance, ending }) => ({
      distance,
      colour: ending === "completed" ? "--good" : "--bad",
    })),
  );
}

let noticeTimer: ReturnType<typeof setTimeout> | undefined;
function notice(text: string): void {
  const element = byId("notice");
  element.textContent = text;
  element.hidden = false;
  clearTimeout(noticeTimer);
  noticeTimer = setTimeout(() => {
    element.hidden = true;
  }, NOTICE_MS);
}

function showLegend(): void {
  const key = (colour: string, text: string): HTMLElement => {
    const swatch = make("i");
    swatch.style.background = `var(${colour})`;
    return make("span", {}, swatch, text);
  };
  byId("map-legend").replaceChildren(
    key("--bad", "episodes that ended here"),
    key("--good", "finished"),
  );
}

const help = byId("help", HTMLDialogElement);
const openHelp = (): void => {
  help.showModal();
};
byId("help-button").addEventListener("click", openHelp);
followTheme(byId("theme"), () => {
  parts?.map.redraw();
});
letGoAfterClicks();
showLegend();
listenToKeys(
  (buttons) => {
    send({ t: "keys", buttons });
  },
  {
    " ": transport.togglePause,
    ".": transport.step,
    ...Object.fromEntries(
      SPEEDS.map((value) => [
        String(value),
        () => {
          send({ t: "speed", value });
        },
      ]),
    ),
    s: transport.toggleSaliency,
    l: () => {
      send({ t: "live" });
    },
    r: () => {
      const last = parts?.episodes.entries.at(-1);
      if (last) send({ t: "replay", id: last.id });
      else notice("No episode has ended yet");
    },
    t: () => {
      byId("theme").click();
    },
    "?": openHelp,
  },
);
