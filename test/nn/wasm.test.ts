import { describeBackendContract } from "./q-network.contract.js";

describeBackendContract("wasm");
