# Imports the existing connectors under their ids, so rules keep finding them. For another deployment leave this file out. An
# import does not read secrets, and the next apply replaces the stored ones with those in variables.tf: set all of them.
# The first plan shows each connector as imported and as updated in place, also where nothing differs.
import {
  to = elasticstack_kibana_action_connector.slack-fe76cbba
  id = "payments/0b7f1c9e-5d3a-4c7e-9f51-2f6f1f0c7a11"
}

import {
  to = elasticstack_kibana_action_connector.deploy-hook
  id = "default/deploy-hook"
}

import {
  to = elasticstack_kibana_action_connector.server-log-f6042bb4
  id = "default/Old.Id"
}
