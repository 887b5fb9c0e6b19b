import type { WebSocket } from "ws";
import { parseDashboardCommand } from "../../viewer/protocol/commands.js";
import { connectViewer } from "../../viewer/server/connection.js";
import { Dashboard, type DashboardOptions } from "../../viewer/dashboard/dashboard.js";
import type { DashboardCommand } from "../../viewer/protocol/protocol.js";
import type { PageOptions } from "../page/page-options.js";
import { openPage } from "../page/page-server.js";

/** The dashboard asks for this port first. */
const USUAL_PORT = 8471;

export interface DashboardPage {
  readonly url: string;
  close(): Promise<void>;
}

/** Opens the dashboard's page; for `mario dashboard` and for `mario train --watch`. */
export async function openDashboard(
  what: DashboardOptions,
  options: PageOptions,
): Promise<DashboardPage> {
  const dashboard = new Dashboard(what);
  const onConnection = (socket: WebSocket): void => {
    connectViewer<DashboardCommand>(socket, {
      parse: parseDashboardCommand,
      onOpen: (viewer) => {
        dashboard.join(viewer);
      },
      onCommand: (viewer, command) => {
        dashboard.handle(viewer, command);
      },
      onClose: (viewer) => {
        dashboard.leave(viewer);
      },
    });
  };
  const serving = openPage({ name: "dashboard", usualPort: USUAL_PORT, onConnection }, options);
  const server = await serving.catch((error: unknown) => {
    dashboard.close();
    throw error;
  });
  return {
    url: server.url,
    close: async () => {
      dashboard.close();
      await server.close();
    },
  };
}
